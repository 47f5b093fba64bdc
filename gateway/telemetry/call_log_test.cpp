#include "gateway/telemetry/call_log.hpp"

#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <vector>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <pty.h>
#include <sys/socket.h>
#include <unistd.h>

#include <gatehouse/base/log.hpp>
#include <gatehouse/json/value.hpp>

namespace gatehouse::telemetry {
namespace {

using namespace std::chrono_literals;

CallRecord record() {
  return {.endpoint = "/mcp",
          .method = "tools/call",
          .server = "jira",
          .target = "jira.create_issue",
          .session = "0123456789abcdef",
          .revision = "2025-11-25",
          .address = "127.0.0.1",
          .user_agent = "client/1.0 (x)",
          .outcome = Outcome::ok,
          .error_kind = {},
          .detail = {},
          .duration = 12345us,
          .request_bytes = 316,
          .reply_bytes = 268};
}
std::string line(const CallRecord& r, Format format, bool colour = false) {
  std::string out;
  append_call(out, r, "2026-01-02T03:04:05.678Z", format, colour);
  return out;
}

struct Ends {
  int read = -1, write = -1;
  ~Ends() {
    close_read();
    if (write >= 0) close(write);
  }
  void close_read() {
    if (read >= 0) close(read);
    read = -1;
  }
};
Ends open_pipe() {
  int ends[2];
  EXPECT_EQ(pipe(ends), 0);
  fcntl(ends[0], F_SETFL, O_NONBLOCK);
  return {ends[0], ends[1]};
}
Ends open_sockets() {
  int ends[2];
  EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
  fcntl(ends[0], F_SETFL, O_NONBLOCK);
  return {ends[0], ends[1]};
}
std::string drain(int fd) {
  std::string out(1 << 21, '\0');
  std::size_t size = 0;
  while (true) {
    const auto got = read(fd, out.data() + size, out.size() - size);
    if (got <= 0) break;
    size += static_cast<std::size_t>(got);
  }
  out.resize(size);
  return out;
}
std::vector<json::Value> parse_lines(const std::string& text) {
  std::vector<json::Value> out;
  std::istringstream in(text);
  for (std::string one; std::getline(in, one);) {
    auto value = json::parse(one);
    EXPECT_TRUE(value) << one;
    if (value) out.push_back(std::move(*value));
  }
  return out;
}

TEST(CallLine, IsOneJsonObjectInAStableOrder) {
  EXPECT_EQ(
      line(record(), Format::json),
      R"x({"ts":"2026-01-02T03:04:05.678Z","level":"info","event":"call","outcome":"ok","method":"tools/call","server":"jira",)x"
      R"x("target":"jira.create_issue","duration_ms":12.345,"request_bytes":316,"reply_bytes":268,"endpoint":"/mcp",)x"
      R"x("session":"01234567","revision":"2025-11-25","address":"127.0.0.1","user_agent":"client/1.0 (x)"})x"
      "\n");
}

TEST(CallLine, NamesTheErrorAndLeavesOutWhatIsEmpty) {
  const CallRecord r{.method = "tools/call",
                     .outcome = Outcome::upstream_error,
                     .error_code = -31001,
                     .error_kind = "unavailable",
                     .detail = "connect: \"refused\"\n",
                     .request_id = "00c0ffee00c0ffee",
                     .duration = 1ms};
  EXPECT_EQ(
      line(r, Format::json),
      R"x({"ts":"2026-01-02T03:04:05.678Z","level":"warn","event":"call","outcome":"upstream_error","method":"tools/call",)x"
      R"x("duration_ms":1.000,"request_bytes":0,"reply_bytes":0,"error_code":-31001,"error_kind":"unavailable",)x"
      R"x("request_id":"00c0ffee00c0ffee","detail":"connect: \"refused\"\n"})x"
      "\n");
}

TEST(CallLine, IsForPeopleInTextFormat) {
  CallRecord refused = record();
  refused.request_id = "00c0ffee00c0ffee";
  EXPECT_TRUE(line(refused, Format::text).contains(" request_id=00c0ffee00c0ffee "));
  EXPECT_EQ(line(record(), Format::text),
            "2026-01-02T03:04:05.678Z call  ok tools/call jira.create_issue 12.345ms server=jira endpoint=/mcp "
            "session=01234567 "
            "revision=2025-11-25 address=127.0.0.1 user_agent=\"client/1.0 (x)\" request_bytes=316 reply_bytes=268\n");
  EXPECT_NE(line(record(), Format::text, true).find("\033[32mok\033[0m"), std::string::npos);
}

TEST(CallLine, StaysWithinOneAtomicWriteWhateverItSays) {
  for (const std::string& text : {std::string(10'000, 'x'), std::string(10'000, '\x01'), std::string(10'000, '\xff')}) {
    CallRecord r{.endpoint = text,
                 .method = text,
                 .server = text,
                 .target = text,
                 .session = text,
                 .revision = text,
                 .address = text,
                 .user_agent = text,
                 .outcome = Outcome::gateway_error,
                 .error_code = -2147483647,
                 .error_kind = text,
                 .detail = text,
                 .request_id = text,
                 .duration = Clock::duration::max(),
                 .request_bytes = SIZE_MAX,
                 .reply_bytes = SIZE_MAX};
    const std::string out = line(r, Format::json);
    EXPECT_LE(out.size(), LineWriter::kAtomicBytes);
    EXPECT_TRUE(json::parse(out)) << out;
    EXPECT_TRUE(line(r, Format::text, true).ends_with('\n'));
  }
}

TEST(CallLog, WritesNothingUntilItIsFlushed) {
  const Ends pipe = open_pipe();
  CallLog log(pipe.write, Format::json, true);
  log.write(record());
  EXPECT_EQ(drain(pipe.read), "");
  log.flush();
  EXPECT_EQ(parse_lines(drain(pipe.read)).size(), 1u);
}

TEST(CallLog, FlushesWhenEnoughHasGatheredAndAtItsEnd) {
  const auto path = std::filesystem::temp_directory_path() / ("gatehouse-call-log-" + std::to_string(getpid()));
  const int fd = open(path.c_str(), O_CREAT | O_RDWR | O_TRUNC, 0600);
  {
    CallLog log(fd, Format::json, true);
    for (int i = 0; i < 1000; ++i) log.write(record());
    EXPECT_GE(std::filesystem::file_size(path), CallLog::kFlushBytes);
  }
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  EXPECT_EQ(parse_lines(text.str()).size(), 1000u);
  close(fd);
  std::filesystem::remove(path);
}

TEST(CallLog, IsSilentWhenDisabled) {
  const Ends pipe = open_pipe();
  {
    CallLog log(pipe.write, Format::json, false);
    EXPECT_FALSE(log.enabled());
    log.write(record());
  }
  EXPECT_EQ(drain(pipe.read), "");
}

/// A reader that sleeps: the writer must neither wait nor lose lines silently nor cut one in two.
void stall(const Ends& ends) {
  CallLog log(ends.write, Format::json, true);
  constexpr std::uint64_t kCalls = 10'000;
  const auto begin = Clock::now();
  for (std::uint64_t i = 0; i < kCalls; ++i) log.write(record());
  EXPECT_LT(Clock::now() - begin, 5s);
  EXPECT_GT(log.dropped(), 0u);
  EXPECT_EQ(fcntl(ends.write, F_GETFL) & O_NONBLOCK, 0) << "the descriptor is shared with others";

  std::string text;
  for (int i = 0; i < 10'000 && log.dropped() + parse_lines(text).size() < kCalls + 1; ++i) {
    for (std::string more = drain(ends.read); !more.empty(); more = drain(ends.read)) text += more, log.flush();
    log.flush();
  }
  std::uint64_t calls = 0, reported = 0;
  for (const json::Value& value : parse_lines(text)) {
    if (value.text("event") == "call")
      ++calls;
    else
      reported += static_cast<std::uint64_t>(value.find("count")->as_int().value());
  }
  EXPECT_EQ(reported, log.dropped());
  EXPECT_EQ(calls + reported, kCalls);
}
TEST(CallLog, NeverWaitsForAPipe) { stall(open_pipe()); }
TEST(CallLog, NeverWaitsForASocket) { stall(open_sockets()); }

TEST(CallLog, SurvivesAReaderThatIsGone) {
  std::signal(SIGPIPE, SIG_IGN);
  for (Ends ends : {open_pipe(), open_sockets()}) {
    ends.close_read();
    const auto begin = Clock::now();
    {
      CallLog log(ends.write, Format::json, true);
      for (int i = 0; i < 10'000; ++i) log.write(record());
      EXPECT_GT(log.dropped(), 0u);
    }
    EXPECT_LT(Clock::now() - begin, 5s);
    ends.write = -1;
  }
}

TEST(CallLog, ColoursATerminalUnlessNoColorIsSet) {
  int terminal = -1, other = -1;
  ASSERT_EQ(openpty(&other, &terminal, nullptr, nullptr, nullptr), 0);
  fcntl(other, F_SETFL, O_NONBLOCK);
  setenv("TERM", "xterm", 1);
  for (const bool no_color : {false, true}) {
    no_color ? setenv("NO_COLOR", "1", 1) : unsetenv("NO_COLOR");
    CallLog log(terminal, Format::text, true);
    log.write(record());
    log.flush();
    const std::string out = drain(other);
    EXPECT_NE(out.find("jira.create_issue"), std::string::npos);
    EXPECT_EQ(out.find('\033') != std::string::npos, !no_color);
  }
  unsetenv("NO_COLOR");
  close(terminal);
  close(other);
}

TEST(Log, WritesJsonLinesOrText) {
  testing::internal::CaptureStderr();
  ASSERT_TRUE(start_log("info", Format::json));
  log::info("server exited", {{"server", "ji\"ra"}, {"code", "1", true}});
  log::debug("not important");
  ASSERT_TRUE(start_log("debug", Format::text));
  log::debug("now it is", {{"reason", "asked for"}});
  ASSERT_TRUE(start_log("off", Format::text));
  log::error("never");
  EXPECT_FALSE(start_log("loud", Format::text));
  const std::string text = testing::internal::GetCapturedStderr();
  log::set_sink(nullptr, log::Level::off);

  const auto first = json::parse(text.substr(0, text.find('\n')));
  ASSERT_TRUE(first) << text;
  EXPECT_EQ(first->text("level"), "info");
  EXPECT_EQ(first->text("event"), "server exited");
  EXPECT_EQ(first->text("server"), "ji\"ra");
  EXPECT_EQ(first->find("code")->as_int(), 1);
  EXPECT_EQ(text.substr(text.find('\n') + 25), " debug now it is reason=\"asked for\"\n");
}

}  // namespace
}  // namespace gatehouse::telemetry
