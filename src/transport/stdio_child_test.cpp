#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <gatehouse/base/log.hpp>
#include <gatehouse/base/task_group.hpp>
#include <gatehouse/transport/stdio.hpp>

namespace gatehouse::transport {
namespace {

using namespace std::chrono_literals;

net::ProcessOptions shell(std::string script) {
  net::ProcessOptions options;
  options.command = "/bin/sh";
  options.args = {"-c", std::move(script)};
  return options;
}

template <class Body>
void on_loop(Body body) {
  net::Loop loop;
  run(loop, body(loop));
}

Task<std::unique_ptr<ChildChannel>> started(net::Loop& loop, net::ProcessOptions process, StdioOptions options = {}) {
  auto channel = co_await ChildChannel::start(loop, "srv", std::move(process), options);
  if (!channel) throw std::runtime_error(channel.error().message);
  co_return std::move(*channel);
}

Task<std::string> received(Channel& channel) {
  auto message = co_await channel.receive();
  co_return message ? std::string{message->view()} : std::string{to_string(message.error().kind)};
}

Task<void> sent(Channel& channel, std::string_view text) {
  const json::Pieces pieces{text};
  if (!co_await channel.send(pieces)) throw std::runtime_error("not sent");
}

TEST(ChildChannel, ExchangesLinesWithAServer) {
  on_loop([](net::Loop& loop) -> Task<void> {
    const auto channel = co_await started(loop, shell("while read -r line; do printf '%s\\r\\n' \"$line\"; done"));
    EXPECT_TRUE(channel->running());
    co_await sent(*channel, "{\n\"a\":\r1\n}");
    EXPECT_EQ(co_await received(*channel), "{ \"a\": 1 }");
    co_await sent(*channel, "[1]");
    EXPECT_EQ(co_await received(*channel), "[1]");
    co_await channel->close();
    EXPECT_FALSE(channel->running());
    EXPECT_EQ(co_await received(*channel), "connection_lost");
  });
}

TEST(ChildChannel, ReportsAProgramThatCannotBeStarted) {
  on_loop([](net::Loop& loop) -> Task<void> {
    net::ProcessOptions process;
    process.command = "gatehouse-no-such-program";
    const auto channel = co_await ChildChannel::start(loop, "srv", std::move(process));
    EXPECT_TRUE(!channel && channel.error().kind == Kind::unavailable);
  });
}

std::vector<std::string> g_logged;

void keep_log(log::Level, std::string_view event, std::initializer_list<log::Field> fields) {
  std::string line{event};
  for (const auto& field : fields) line += "|" + std::string{field.value};
  g_logged.push_back(line);
}

struct LogCapture {
  LogCapture() {
    g_logged.clear();
    log::set_sink(keep_log, log::Level::info);
  }
  ~LogCapture() { log::set_sink(nullptr, log::Level::off); }
};

TEST(ChildChannel, SkipsAndCountsGarbageBetweenMessages) {
  const LogCapture capture;
  on_loop([](net::Loop& loop) -> Task<void> {
    const auto channel =
        co_await started(loop, shell("echo 'Server v1 ready'; echo; echo ' {\"a\":1}'; echo noise; echo '{}'"));
    EXPECT_EQ(co_await received(*channel), " {\"a\":1}");
    EXPECT_EQ(channel->skipped_lines(), 2u);
    EXPECT_EQ(co_await received(*channel), "{}");
    EXPECT_EQ(channel->skipped_lines(), 3u);
    EXPECT_EQ(co_await received(*channel), "connection_lost");
    co_await channel->close();
  });
  ASSERT_EQ(g_logged.size(), 1u);
  EXPECT_EQ(g_logged[0], "skipped a line of a server's stdout that is no message|srv|Server v1 ready|1");
}

TEST(ChildChannel, GivesUpOnAServerThatWritesOnlyGarbage) {
  const LogCapture capture;
  on_loop([](net::Loop& loop) -> Task<void> {
    StdioOptions options;
    options.max_garbage_lines = 100;
    options.stop_after_stdin = options.stop_after_term = 20ms;
    const auto channel = co_await started(loop, shell("yes garbage"), options);
    EXPECT_EQ(co_await received(*channel), "bad_reply");
    EXPECT_EQ(channel->skipped_lines(), 101u);
    co_await channel->close();
  });
  EXPECT_EQ(g_logged.size(), 7u);  // 1, 2, 4 … 64
}

TEST(ChildChannel, ForgivesGarbageThatMessagesInterrupt) {
  on_loop([](net::Loop& loop) -> Task<void> {
    StdioOptions options;
    options.max_garbage_lines = 2;
    const auto channel = co_await started(loop, shell("for i in 1 2 3; do echo a; echo b; echo '{}'; done"), options);
    for (int i = 0; i < 3; ++i) EXPECT_EQ(co_await received(*channel), "{}");
    EXPECT_EQ(channel->skipped_lines(), 6u);
    co_await channel->close();
  });
}

TEST(ChildChannel, RefusesALineOverTheLimit) {
  on_loop([](net::Loop& loop) -> Task<void> {
    StdioOptions options;
    options.max_line_bytes = 100'000;
    options.stop_after_stdin = options.stop_after_term = 20ms;
    const auto channel = co_await started(loop, shell("head -c 100000000 /dev/zero"), options);
    EXPECT_EQ(co_await received(*channel), "too_large");
    co_await channel->close();
  });
}

TEST(ChildChannel, LogsStderrWithTheServersName) {
  const LogCapture capture;
  on_loop([](net::Loop& loop) -> Task<void> {
    const auto channel = co_await started(loop, shell("echo oops >&2"));
    EXPECT_EQ((co_await channel->wait()).code, 0);
    co_await channel->close();
  });
  ASSERT_EQ(g_logged.size(), 1u);
  EXPECT_EQ(g_logged[0], "server stderr|srv|oops");
}

Task<void> send_text(Channel& channel, const std::string& text) { co_await sent(channel, text); }

TEST(ChildChannel, CarriesTenMegabyteMessagesBothWaysAtOnce) {
  on_loop([](net::Loop& loop) -> Task<void> {
    const auto channel = co_await started(loop, shell("exec cat"));
    const std::string message = "{\"x\":\"" + std::string(10 << 20, 'y') + "\"}";
    TaskGroup group;
    for (int i = 0; i < 3; ++i) group.spawn(send_text(*channel, message));
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(co_await received(*channel) == message);
    co_await group.join();
    co_await channel->close();
  });
}

}  // namespace
}  // namespace gatehouse::transport
