#include <gatehouse/net/http_client.hpp>

#include "src/net/http_test_support.hpp"

namespace gatehouse::net {
namespace {

using namespace test;
using std::chrono::milliseconds;

constexpr std::size_t kMax = 20'000'000;

struct ClientFixture : ServerFixture {
  explicit ClientFixture(HttpServerOptions server_options = {}, HttpClientOptions options = {})
      : ServerFixture(std::move(server_options)), client(std::make_unique<HttpClient>(loop, std::move(options))) {}
  [[nodiscard]] Url url(std::string target, std::uint16_t at = 0) const {
    return {.host = "127.0.0.1", .port = at ? at : port, .target = std::move(target)};
  }
  std::unique_ptr<HttpClient> client;
  Cancel cancel;
};

/// Sends `body` and returns the answer's, or the name of the error.
Task<std::string> ask(ClientFixture& f, Url url, std::string body) {
  json::Pieces pieces;
  pieces.push_back(body);
  const HttpRequest request{.body = &pieces};
  auto reply = co_await f.client->send(url, request, f.cancel);
  if (!reply) co_return std::string{to_string(reply.error().kind)};
  auto answer = co_await reply->body(kMax, f.cancel);
  if (!answer) co_return std::string{to_string(answer.error().kind)};
  co_return std::string{answer->view()};
}

Task<void> store(Task<std::string> task, std::string& out) { out = co_await task; }

Task<void> ask_many(ClientFixture& f) {
  for (int i = 0; i < 20; ++i) {
    const std::string body(static_cast<std::size_t>(i) * 3000, static_cast<char>('a' + i));
    const std::string answer = co_await ask(f, f.url("/echo"), body);
    EXPECT_EQ(answer, body);
  }
  EXPECT_EQ(f.client->counters().connects, 1u);
  EXPECT_EQ(f.client->counters().idle_connections, 1u);
  EXPECT_EQ(f.server.counters().accepted, 1u);
}

TEST(HttpClient, SendsManyRequestsOverOneConnection) {
  ClientFixture f;
  f.run(ask_many(f));
}

Task<void> ask_at_once(ClientFixture& f) {
  std::vector<std::string> answers(10);
  TaskGroup group;
  for (std::size_t i = 0; i < answers.size(); ++i) {
    group.spawn(store(ask(f, f.url("/echo"), std::to_string(i)), answers[i]));
  }
  co_await group.join();
  for (std::size_t i = 0; i < answers.size(); ++i) EXPECT_EQ(answers[i], std::to_string(i));
  EXPECT_EQ(f.client->counters().connects, 10u);
  EXPECT_EQ(f.client->counters().idle_connections, 5u);
  EXPECT_EQ(f.client->counters().open_connections, 5u);
  f.client->close_idle();
  EXPECT_EQ(f.client->counters().open_connections, 0u);
}

TEST(HttpClient, OpensAsManyConnectionsAsNeededAndKeepsSome) {
  ClientFixture f({}, {.max_idle_per_origin = 5});
  f.run(ask_at_once(f));
}

Task<void> big_answers(ClientFixture& f) {
  const std::string answer = co_await ask(f, f.url("/big"), "");
  EXPECT_EQ(answer.size(), f.handler.big_bytes);
  std::string body(9'000'000, 'x');
  body.back() = 'y';
  const std::string echoed = co_await ask(f, f.url("/echo"), body);
  EXPECT_TRUE(echoed == body);
  EXPECT_EQ(f.client->counters().connects, 1u);
}

TEST(HttpClient, SendsAndTakesMegabytesAndKeepsTheConnection) {
  ClientFixture f({.max_body_bytes = 10'000'000});
  f.run(big_answers(f));
}

Task<void> streamed(ClientFixture& f) {
  const Url url = f.url("/stream");
  const HttpRequest request{.method = "GET", .fixed_headers = "Accept: text/event-stream\r\n"};
  auto reply = co_await f.client->send(url, request, f.cancel);
  EXPECT_TRUE(reply);
  EXPECT_EQ(reply->status(), 200);
  EXPECT_EQ(reply->header("transfer-encoding"), "chunked");
  std::string all;
  std::string_view piece = "-";
  while (!piece.empty()) {
    piece = (co_await reply->read(f.cancel)).value();
    all += piece;
  }
  EXPECT_EQ(all, "one two three");
  reply = std::unexpected(Error{});
  EXPECT_EQ(f.client->counters().idle_connections, 1u);
  const std::string again = co_await ask(f, f.url("/stream"), "");
  EXPECT_EQ(again, "one two three");
  EXPECT_EQ(f.client->counters().connects, 1u);
}

TEST(HttpClient, ReadsAStreamPieceByPieceOrWhole) {
  ClientFixture f;
  f.run(streamed(f));
}

Task<void> see_request(ClientFixture& f) {
  RawServer server(f.loop);
  TaskGroup group;
  std::string answer;
  group.spawn(store(ask(f, f.url("/mcp?x", server.port()), "{}"), answer));
  const auto peer = co_await server.accept();
  const std::string request = co_await peer->read_until("{}");
  EXPECT_EQ(request, "POST /mcp?x HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(server.port()) +
                         "\r\nContent-Length: 2\r\n\r\n{}");
  co_await peer->send("HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  co_await group.join();
  EXPECT_EQ(answer, "ok");
}

TEST(HttpClient, SendsAMinimalRequestAndSkipsInformationalResponses) {
  ClientFixture f;
  f.run(see_request(f));
}

Task<void> inject(ClientFixture& f) {
  const Url url = f.url("/echo");
  for (const Header bad : {Header{"X", "a\r\nY: b"}, Header{"X Y", "a"}, Header{"", "a"}}) {
    const HttpRequest request{.method = "GET", .headers = {&bad, 1}};
    const auto reply = co_await f.client->send(url, request, f.cancel);
    EXPECT_FALSE(reply);
    EXPECT_EQ(reply.error().kind, Kind::invalid_request);
  }
  const Url split = f.url("/echo HTTP/1.1\r\nX: y");
  const auto reply = co_await f.client->send(split, HttpRequest{.method = "GET"}, f.cancel);
  EXPECT_FALSE(reply);
  EXPECT_EQ(f.server.counters().accepted, 0u);
}

TEST(HttpClient, RefusesToSendAnInjectedHeader) {
  ClientFixture f;
  f.run(inject(f));
}

// ---- the pool

Task<void> stale(ClientFixture& f) {
  RawServer server(f.loop);
  for (int i = 0; i < 3; ++i) {
    TaskGroup group;
    std::string answer;
    group.spawn(store(ask(f, f.url("/", server.port()), "{}"), answer));
    const auto peer = co_await server.accept();
    co_await peer->read_until("{}");
    co_await peer->send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    co_await group.join();
    EXPECT_EQ(answer, "ok");
    EXPECT_EQ(f.client->counters().idle_connections, 1u);
    peer->finish_sending();
    while (f.client->counters().idle_connections > 0) co_await f.loop.sleep(milliseconds{1});
  }
}

TEST(HttpClient, NeverHandsOutAConnectionThatTheServerClosed) {
  ClientFixture f;
  f.run(stale(f));
  EXPECT_EQ(f.client->counters().connects, 3u);
  EXPECT_EQ(f.client->counters().open_connections, 0u);
}

struct Unfit {
  std::string_view name, response;
};
constexpr Unfit kUnfit[] = {
    {"Close", "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok"},
    {"OldVersion", "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok"},
    {"BytesBehind", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\n"},
};

struct UnfitConnections : testing::TestWithParam<Unfit> {};

Task<void> unfit(ClientFixture& f, std::string response) {
  RawServer server(f.loop);
  TaskGroup group;
  std::string answer;
  group.spawn(store(ask(f, f.url("/", server.port()), "{}"), answer));
  const auto peer = co_await server.accept();
  co_await peer->read_until("{}");
  co_await peer->send(response);
  co_await group.join();
  EXPECT_EQ(answer, "ok");
  EXPECT_EQ(f.client->counters().open_connections, 0u);
}

TEST_P(UnfitConnections, AreNotKept) {
  ClientFixture f;
  f.run(unfit(f, std::string{GetParam().response}));
}
INSTANTIATE_TEST_SUITE_P(HttpClient, UnfitConnections, testing::ValuesIn(kUnfit),
                         [](const auto& shape) { return std::string{shape.param.name}; });

Task<void> outlive_idle_time(ClientFixture& f) {
  const std::string answer = co_await ask(f, f.url("/echo"), "x");
  EXPECT_EQ(answer, "x");
  while (f.client->counters().open_connections > 0) co_await f.loop.sleep(milliseconds{10});
}

TEST(HttpClient, ClosesConnectionsThatIdleTooLong) {
  ClientFixture f({}, {.idle_timeout = milliseconds{80}});
  f.run(outlive_idle_time(f));
}

Task<void> drop_client(ClientFixture& f) {
  const Url url = f.url("/stream");
  const std::string idle = co_await ask(f, f.url("/echo"), "x");
  auto reply = co_await f.client->send(url, HttpRequest{.method = "GET"}, f.cancel);
  const std::string second = co_await ask(f, f.url("/echo"), "x");
  EXPECT_EQ(f.client->counters().open_connections, 2u);
  f.client.reset();
  const auto body = co_await reply->body(kMax, f.cancel);
  EXPECT_EQ(body->view(), "one two three");
}

TEST(HttpClient, AReplyMayOutliveItsClient) {
  ClientFixture f;
  f.run(drop_client(f));
}

Task<void> drop_replies(ClientFixture& f) {
  const Url url = f.url("/big");
  {
    const auto reply = co_await f.client->send(url, HttpRequest{.method = "GET"}, f.cancel);
    EXPECT_TRUE(reply);
  }
  EXPECT_EQ(f.client->counters().open_connections, 0u);  // the rest of the body was not worth reading
}

TEST(HttpClient, ClosesAConnectionWhoseReplyWasNotRead) {
  ClientFixture f;
  f.run(drop_replies(f));
}

}  // namespace
}  // namespace gatehouse::net
