// What conversations cannot show: bounds and broken channels. The rest is in tests/golden/*/*_stdio.mcp.
#include <gatehouse/transport/stdio_server.hpp>

#include <gtest/gtest.h>

#include "tests/support/failing_channel.hpp"
#include "tests/support/feature_server.hpp"
#include "tests/support/settle.hpp"

namespace gatehouse::transport {
namespace {

using test::settle;

std::string call(int id, std::string_view tool, std::string_view arguments = "{}") {
  return R"({"jsonrpc":"2.0","id":)" + std::to_string(id) + R"(,"method":"tools/call","params":{"name":")" +
         std::string(tool) + R"(","arguments":)" + std::string(arguments) +
         R"(,"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{},"progressToken":"p"}}})";
}

/// The client's end of a channel.
class Client {
 public:
  explicit Client(std::unique_ptr<Channel> channel) : channel_(std::move(channel)) {}
  Task<void> send(std::string text) {
    const json::Pieces pieces(1, text);
    (void)co_await channel_->send(pieces);
  }
  Task<void> listen() {
    while (true) {
      const auto message = co_await channel_->receive();
      if (!message) co_return;
      heard.emplace_back(message->view());
    }
  }
  Task<void> close() { return channel_->close(); }
  [[nodiscard]] std::size_t count(std::string_view part) const {
    return static_cast<std::size_t>(
        std::ranges::count_if(heard, [part](const std::string& line) { return line.find(part) != std::string::npos; }));
  }
  std::vector<std::string> heard;

 private:
  std::unique_ptr<Channel> channel_;
};

Task<void> note_end(StdioServer& front, bool& ended) {
  co_await front.serve();
  ended = true;
}

Task<void> overload(net::Loop& loop, bool& ended) {
  auto [near, far] = memory_channels();
  test::FeatureServer features;
  StdioServer front(loop, *far, features.server(), {.max_running = 2});
  Client client(std::move(near));
  TaskGroup tasks;
  tasks.spawn(note_end(front, ended));
  tasks.spawn(client.listen());
  for (int id = 1; id <= 3; ++id) co_await client.send(call(id, "hold"));
  co_await settle(loop);
  EXPECT_EQ(front.running(), 2U);
  EXPECT_EQ(client.count("-31007"), 1U);
  EXPECT_EQ(client.count(R"("id":3,)"), 1U);
  co_await client.send(R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}})");
  co_await settle(loop);
  co_await client.send(call(4, "add", R"({"a":1,"b":1})"));
  co_await settle(loop);
  EXPECT_EQ(client.count(R"({\"sum\":2})"), 1U);
  co_await client.close();
  co_await tasks.join();
}

TEST(StdioServer, RefusesMoreRequestsThanItsBoundAndRecovers) {
  net::Loop loop;
  bool ended = false;
  net::run(loop, overload(loop, ended));
  EXPECT_TRUE(ended);
}

Task<void> flood(net::Loop& loop, bool& ended) {
  auto [near, far] = memory_channels();
  test::FeatureServer features;
  StdioServer front(loop, *far, features.server(), {.max_queued_bytes = 1000});
  Client client(std::move(near));
  TaskGroup tasks;
  tasks.spawn(note_end(front, ended));
  // Nobody reads: the channel takes 64 messages, 1000 bytes of notifications wait, the others are dropped. Answers are not.
  for (int id = 1; id <= 20; ++id) co_await client.send(call(id, "count", R"({"to":10})"));
  co_await settle(loop);
  tasks.spawn(client.listen());
  co_await settle(loop);
  EXPECT_EQ(client.count("\"counted to 10\""), 20U);
  EXPECT_LT(client.count("notifications/progress"), 80U);
  EXPECT_GE(client.count("notifications/progress"), 50U);
  co_await client.close();
  co_await tasks.join();
}

TEST(StdioServer, DropsNotificationsThatNobodyReadsButNoAnswers) {
  net::Loop loop;
  bool ended = false;
  net::run(loop, flood(loop, ended));
  EXPECT_TRUE(ended);
}

/// A conversation that has everything: a session, notifications, a question, a listen stream, a batch.
const std::vector<std::string>& everything() {
  static const std::vector<std::string> lines = {
      R"({"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-03-26","capabilities":{},"clientInfo":{"name":"t","version":"1"}}})",
      R"({"jsonrpc":"2.0","method":"notifications/initialized"})",
      R"([{"jsonrpc":"2.0","id":2,"method":"ping"},{"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"hold"}}])",
      call(4, "count", R"({"to":3})"),
      R"({"jsonrpc":"2.0","id":5,"method":"subscriptions/listen","params":{"notifications":{"toolsListChanged":true},"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}}})",
      call(6, "grow"),
      "rubbish",
      call(7, "hold")};
  return lines;
}

Task<void> break_down(net::Loop& loop, test::FailAt fail_at, bool& broke, bool& ended) {
  auto [near, far] = memory_channels();
  test::FeatureServer features;
  test::FailingChannel channel(std::move(far), fail_at);
  StdioServer front(loop, channel, features.server());
  const auto attachment = features.server().attach(front.sessions());
  Client client(std::move(near));
  TaskGroup tasks;
  tasks.spawn(note_end(front, ended));
  tasks.spawn(client.listen());
  for (const std::string& line : everything()) {
    tasks.spawn(client.send(line));
    co_await settle(loop);
  }
  broke = channel.broke();
  EXPECT_TRUE(ended || !broke) << "a broken channel has to end the server";
  co_await client.close();
  co_await tasks.join();
  EXPECT_EQ(front.running(), 0U);
  EXPECT_EQ(front.sessions().size(), 0U);
}

TEST(StdioServer, EndsInOrderWhereverTheChannelBreaks) {
  bool broke = true;
  for (std::size_t n = 1; broke; ++n) {
    ASSERT_LT(n, 100U) << "the conversation never got through";
    net::Loop loop;
    bool ended = false;
    net::run(loop, break_down(loop, {n}, broke, ended));
    EXPECT_TRUE(ended) << "failed at operation " << n;
  }
}

/// The end of a server whose client has nothing more to say, but listens until `deaf`.
class HalfClosed final : public Channel {
 public:
  explicit HalfClosed(std::unique_ptr<Channel> inner) : inner_(std::move(inner)) {}
  Task<Result<void>> send(const json::Pieces& message) override { return inner_->send(message); }
  Task<Result<Buffer>> receive() override {
    while (lines.empty() && !ended) co_await news.wait();
    if (lines.empty()) co_return fail(Kind::connection_lost, Origin::client, "the end");
    Buffer line = Buffer::copy_of(lines.front());
    lines.erase(lines.begin());
    co_return line;
  }
  Task<void> close() override { return inner_->close(); }
  bool is_unheard() const override { return deaf; }

  void say(std::vector<std::string> all) {
    lines = std::move(all);
    ended = true;
    news.notify();
  }
  std::vector<std::string> lines;
  bool ended = false, deaf = false;
  Signal news;

 private:
  std::unique_ptr<Channel> inner_;
};

/// A client that says everything it has to say and ends its input.
struct Script {
  explicit Script(Milliseconds linger) : Script(memory_channels(), linger) {}
  Script(std::pair<std::unique_ptr<Channel>, std::unique_ptr<Channel>> ends, Milliseconds linger)
      : host(std::move(ends.first)),
        channel(std::move(ends.second)),
        front(loop, channel, features.server(), {.linger = linger}) {
    serving.spawn(note_end(front, ended));
    listening.spawn(host.listen());
  }
  ~Script() { net::run(loop, leave()); }
  Task<void> leave() {
    co_await serving.join();
    co_await host.close();
    co_await listening.join();
  }

  net::Loop loop;
  test::FeatureServer features;
  Client host;
  HalfClosed channel;
  StdioServer front;
  TaskGroup serving, listening;
  bool ended = false;
};

constexpr Milliseconds kLong{60'000};

/// From inside the loop, where everything happens in a running server.
Task<void> say_all(Script& script, std::vector<std::string> lines) {
  script.channel.say(std::move(lines));
  co_await script.serving.join();
}

Task<void> release_late(Script& script) {
  script.channel.say({call(1, "hold"), call(2, "add", R"({"a":1,"b":1})")});
  co_await settle(script.loop);
  EXPECT_EQ(script.host.count(R"({\"sum\":2})"), 1U);
  EXPECT_EQ(script.front.running(), 1U);
  EXPECT_FALSE(script.ended) << "one answer is still owed";
  script.features.release();
  co_await settle(script.loop);
  EXPECT_EQ(script.host.count("\"released\""), 1U);
  EXPECT_TRUE(script.ended) << "nothing is left to wait for";
}

TEST(StdioServer, AScriptThatEndedItsInputStillGetsItsAnswers) {
  Script script(kLong);
  net::run(script.loop, release_late(script));
}

TEST(StdioServer, WhatTakesTooLongAfterTheEndOfInputIsCancelledAndAnswered) {
  Script script(Milliseconds{30});
  net::run(script.loop, say_all(script, {call(1, "hold")}));
  net::run(script.loop, settle(script.loop));
  EXPECT_EQ(script.host.count("\"cancelled\""), 1U);
}

TEST(StdioServer, NothingIsWaitedForWhenNobodyReads) {
  Script script(kLong);
  script.channel.deaf = true;
  net::run(script.loop, say_all(script, {call(1, "hold")}));
  net::run(script.loop, settle(script.loop));
  EXPECT_EQ(script.host.heard.size(), 0U);
}

Task<void> stop_early(Script& script) {
  script.channel.say({call(1, "hold")});
  co_await settle(script.loop);
  script.front.stop();
  co_await settle(script.loop);
}

TEST(StdioServer, AStopEndsTheWaitForTheLastAnswers) {
  Script script(kLong);
  net::run(script.loop, stop_early(script));
  EXPECT_TRUE(script.ended);
  EXPECT_EQ(script.host.count("\"cancelled\""), 1U);
}

TEST(StdioServer, WhoEndedItsInputIsNotAskedAndDoesNotListen) {
  Script script(kLong);
  const auto attachment = script.features.server().attach(script.front.sessions());
  const std::vector<std::string> lines = {
      R"({"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{"elicitation":{}},"clientInfo":{"name":"t","version":"1"}}})",
      R"({"jsonrpc":"2.0","method":"notifications/initialized"})",
      R"({"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"greet"}})",
      R"({"jsonrpc":"2.0","id":3,"method":"subscriptions/listen","params":{"notifications":{"toolsListChanged":true},"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}}})"};
  net::run(script.loop, say_all(script, lines));
  net::run(script.loop, settle(script.loop));
  EXPECT_TRUE(script.ended) << "neither an answer nor a change of lists can come";
  EXPECT_EQ(script.host.count(R"("id":2,"error")"), 1U);
  EXPECT_EQ(script.host.count(R"("id":3,"result")"), 1U);
}

}  // namespace
}  // namespace gatehouse::transport
