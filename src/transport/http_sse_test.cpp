// What conversations cannot show: bounds, loops, and clients that go away. The rest is in tests/golden/*/*_sse.mcp.
#include <gatehouse/transport/http_sse.hpp>

#include <deque>

#include <gtest/gtest.h>

#include "tests/support/fake_exchange.hpp"
#include "tests/support/feature_server.hpp"
#include "tests/support/settle.hpp"

namespace gatehouse::transport {
namespace {

using test::settle;

/// One exchange of a client: its status, the events that came, whether it is over.
struct Exchange final : test::FakeExchange::Output {
  Exchange(const std::string& head, std::string_view sent) : fake(head, sent, *this) {}
  void on_head(int code, std::span<const net::Header>) override { status = code; }
  void on_body(std::string_view text) override { body = text; }
  void on_event(const net::SseEvent& event) override { events.emplace_back(event.data); }
  void on_end() override {}

  test::FakeExchange fake;
  int status = 0;
  std::string body;
  std::vector<std::string> events;
  bool over = false;
};

struct Fixture {
  explicit Fixture(StreamableHttpOptions options = {})
      : http(loop, features.server(), options),
        sse(loop, features.server(), http.sessions(), options, HttpSsePaths::below("/mcp")) {}

  Exchange& request(const std::string& line, const std::string& headers = {}, std::string_view body = {}) {
    Exchange& exchange = exchanges.emplace_back(line + " HTTP/1.1\r\nHost: localhost\r\n" + headers + "\r\n", body);
    tasks.spawn(serve(exchange));
    return exchange;
  }
  Exchange& open() { return request("GET /mcp/sse", "Accept: text/event-stream\r\n"); }
  Exchange& post(const std::string& target, std::string_view body) {
    return request("POST " + target,
                   "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n", body);
  }
  /// Sends one step of a client's life to the connection of `stream`.
  void step(const Exchange& stream, std::size_t number) {
    static constexpr std::array<std::string_view, 4> kSteps = {
        R"({"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2024-11-05","capabilities":{},"clientInfo":{}}})",
        R"({"jsonrpc":"2.0","method":"notifications/initialized"})",
        R"({"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"add","arguments":{"a":1,"b":2}}})",
        R"({"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"hold","arguments":{}}})"};
    post(stream.events.front(), kSteps.at(number));
  }
  Task<void> serve(Exchange& exchange) {
    co_await sse.serve(exchange.fake);
    exchange.over = true;
  }
  /// The clients go, and everything ends.
  Task<void> finish() {
    for (Exchange& exchange : exchanges) exchange.fake.peer_gone().request(CancelReason::client_gone);
    co_await settle(loop);
    http.sessions().end_all();
    co_await tasks.join();
  }

  net::Loop loop;
  test::FeatureServer features;
  StreamableHttp http;
  HttpSse sse;
  std::deque<Exchange> exchanges;
  TaskGroup tasks;
};

TEST(HttpSse, PathsAreBelowTheEndpoint) {
  EXPECT_EQ(HttpSsePaths::below("/mcp").stream, "/mcp/sse");
  EXPECT_EQ(HttpSsePaths::below("/mcp").messages, "/mcp/messages");
  EXPECT_EQ(HttpSsePaths::below("/").stream, "/sse");
}

Task<void> behind_a_proxy(Fixture& f) {
  const Exchange& stream = f.open();
  EXPECT_TRUE(stream.events.front().starts_with("/base/mcp/messages?c=")) << stream.events.front();
  EXPECT_EQ(f.post(stream.events.front().substr(5), R"({"jsonrpc":"2.0","id":9,"method":"ping"})").status, 202);
  co_await f.finish();
}

TEST(HttpSse, NamesTheAddressThatClientsKnowBehindAProxy) {
  Fixture f({.public_path = "/base"});
  net::run(f.loop, behind_a_proxy(f));
}

Task<void> bounded(Fixture& f) {
  Exchange& first = f.open();
  Exchange& second = f.open();
  EXPECT_EQ(first.status, 200);
  EXPECT_EQ(second.status, 503);
  EXPECT_NE(second.body.find("-31007"), std::string::npos) << second.body;
  first.fake.peer_gone().request(CancelReason::client_gone);
  co_await settle(f.loop);
  const Exchange& third = f.open();
  EXPECT_EQ(third.status, 200) << "there is room again";
  co_await f.finish();
}

TEST(HttpSse, RefusesMoreConnectionsThanItsBoundAndRecovers) {
  Fixture f({.sessions = {.max_sessions = 1}});
  net::run(f.loop, bounded(f));
}

Task<void> looped(Fixture& f) {
  const Exchange& get = f.request("GET /mcp/sse", "Via: 1.1 other, 1.1 gatehouse-me\r\n");
  EXPECT_EQ(get.status, 508);
  const Exchange& post = f.request("POST /mcp/messages", "Via: 1.1 gatehouse-me\r\nContent-Type: application/json\r\n");
  EXPECT_EQ(post.status, 508);
  co_await f.finish();
}

TEST(HttpSse, RefusesWhatPassedThroughThisGateway) {
  Fixture f({.via = "1.1 gatehouse-me"});
  net::run(f.loop, looped(f));
}

Task<void> foreign(Fixture& f) {
  Exchange& mine = f.open();
  const Exchange& other = f.open();
  f.step(mine, 0);
  f.step(other, 0);
  EXPECT_EQ(f.http.sessions().size(), 2u);
  const std::string address = mine.events.front();
  for (const std::string& forged : {std::string("/mcp/messages"), std::string("/mcp/messages?c="), address + "0",
                                    address.substr(0, address.size() - 1), "/mcp/messages?d=" + address.substr(16)}) {
    EXPECT_EQ(f.post(forged, "{}").status, 404) << forged;
  }
  f.http.sessions().each([&](Session& session) {
    EXPECT_EQ(f.post("/mcp/messages?c=" + session.id(), "{}").status, 404) << "a session's id is not a connection's";
  });
  mine.fake.peer_gone().request(CancelReason::client_gone);
  co_await settle(f.loop);
  EXPECT_EQ(f.post(address, R"({"jsonrpc":"2.0","id":9,"method":"ping"})").status, 404) << "it ended";
  EXPECT_EQ(f.http.sessions().size(), 1u);
  EXPECT_EQ(other.events.size(), 2u) << "the other one heard nothing of all this";
  co_await f.finish();
}

TEST(HttpSse, ForgedForeignAndEndedConnectionsAreUnknown) {
  Fixture f;
  net::run(f.loop, foreign(f));
}

// Fail at n: the client goes after each of its steps.
TEST(HttpSse, AClientThatGoesAtAnyTimeLeavesNothing) {
  for (std::size_t n = 0; n <= 4; ++n) {
    Fixture f;
    net::run(f.loop, [](Fixture& in, std::size_t steps) -> Task<void> {
      Exchange& stream = in.open();
      for (std::size_t i = 0; i < steps; ++i) {
        in.step(stream, i);
        co_await settle(in.loop);
      }
      co_await in.finish();
      EXPECT_TRUE(stream.over) << steps;
      EXPECT_EQ(in.http.sessions().size(), 0u) << steps;
      EXPECT_EQ(in.sse.open_streams(), 0u) << steps;
    }(f, n));
  }
}

}  // namespace
}  // namespace gatehouse::transport
