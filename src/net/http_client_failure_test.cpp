// What a client says when servers are gone, slow or wrong.
#include <gatehouse/net/http_client.hpp>
#include <gatehouse/net/timers.hpp>

#include "src/net/http_test_support.hpp"

namespace gatehouse::net {
namespace {

using namespace test;
using std::chrono::milliseconds;

struct Client {
  explicit Client(HttpClientOptions options = {}) : http(loop, std::move(options)) {}
  Loop loop;
  HttpClient http;
  Cancel cancel;
};

struct Answer {
  std::string outcome;  // the body, or the name of an error
  std::string message;
};

Task<void> ask(Client& c, std::uint16_t port, Answer& out, std::size_t max_bytes = 1'000'000,
               Milliseconds connect_timeout = {}) {
  json::Pieces pieces;
  pieces.push_back("{}");
  const Url url{.host = "127.0.0.1", .port = port};
  const HttpRequest request{.body = &pieces, .connect_timeout = connect_timeout};
  auto reply = co_await c.http.send(url, request, c.cancel);
  Error error;
  if (reply) {
    auto body = co_await reply->body(max_bytes, c.cancel);
    if (body) {
      out.outcome = body->view();
      co_return;
    }
    error = body.error();
  } else {
    error = reply.error();
  }
  out = {std::string{to_string(error.kind)}, error.message};
}

std::uint16_t closed_port(Loop& loop) { return RawServer(loop).port(); }

TEST(HttpClientFailure, NobodyListensMeansUnavailable) {
  Client c;
  Answer answer;
  run(c.loop, ask(c, closed_port(c.loop), answer));
  EXPECT_EQ(answer.outcome, "unavailable");
  EXPECT_NE(answer.message.find("refused"), std::string::npos) << answer.message;
  EXPECT_EQ(c.http.counters().open_connections, 0u);
}

Task<void> send_to(Client& c, Url url, std::string& outcome) {
  const auto reply = co_await c.http.send(url, HttpRequest{.method = "GET"}, c.cancel);
  outcome = reply ? "answered" : to_string(reply.error().kind);
}

TEST(HttpClientFailure, AnUnknownNameMeansUnavailable) {
  Client c;
  std::string outcome;
  run(c.loop, send_to(c, {.host = "no-such-host.invalid"}, outcome));
  EXPECT_EQ(outcome, "unavailable");
}

TEST(HttpClientFailure, CancelEndsANameLookUp) {
  Client c;
  std::string outcome;
  c.loop.post([&c] { c.cancel.request(CancelReason::client_gone); });
  run(c.loop, send_to(c, {.host = "no-such-host.invalid"}, outcome));
  EXPECT_EQ(outcome, "cancelled");
}

Task<void> fill_up(Client& c, RawServer& server, std::string& outcome) {
  Answer first;
  TaskGroup group;
  group.spawn(ask(c, server.port(), first));
  const auto peer = co_await server.accept();
  Url url{.host = "127.0.0.1", .port = server.port()};
  co_await send_to(c, std::move(url), outcome);
  co_await peer->send("HTTP/1.1 204 No Content\r\n\r\n");
  co_await group.join();
}

TEST(HttpClientFailure, TooManyConnectionsMeansUnavailable) {
  Client c({.max_connections_per_origin = 1});
  RawServer server(c.loop);
  std::string outcome;
  run(c.loop, fill_up(c, server, outcome));
  EXPECT_EQ(outcome, "unavailable");
}

/// Answers with `response` and closes.
struct Shape {
  std::string_view name, response, outcome;
};
const Shape kShapes[] = {
    {"NoAnswer", "", "outcome_unknown"},
    {"HalfAHead", "HTTP/1.1 200 OK\r\nContent-", "outcome_unknown"},
    {"OnlyInformational", "HTTP/1.1 100 Continue\r\n\r\n", "outcome_unknown"},
    {"HalfABody", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", "connection_lost"},
    {"HalfAChunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab", "connection_lost"},
    {"NoLastChunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n", "connection_lost"},
    {"UntilClose", "HTTP/1.1 200 OK\r\n\r\nabc", "abc"},
    {"NoHttp", "220 mail.example.com ESMTP\r\n", "bad_reply"},
    {"BareLf", "HTTP/1.1 200 OK\nContent-Length: 0\n\n", "bad_reply"},
    {"TwoLengths", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\na", "bad_reply"},
    {"BadChunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", "bad_reply"},
    {"TooLarge", "HTTP/1.1 200 OK\r\nContent-Length: 1000001\r\n\r\n", "too_large"},
    {"SwitchesProtocols", "HTTP/1.1 101 Switching Protocols\r\n\r\n", "bad_reply"},
};

struct Answers : testing::TestWithParam<Shape> {};

Task<void> answer_and_close(Client& c, std::string response, Answer& answer) {
  RawServer server(c.loop);
  TaskGroup group;
  group.spawn(ask(c, server.port(), answer));
  auto peer = co_await server.accept();
  co_await peer->read_until("{}");
  co_await peer->send(std::move(response));
  peer.reset();
  co_await group.join();
  EXPECT_EQ(c.http.counters().open_connections, 0u);
}

TEST_P(Answers, BecomeDefinedOutcomes) {
  Client c;
  Answer answer;
  run(c.loop, answer_and_close(c, std::string{GetParam().response}, answer));
  EXPECT_EQ(answer.outcome, GetParam().outcome) << answer.message;
}
INSTANTIATE_TEST_SUITE_P(HttpClientFailure, Answers, testing::ValuesIn(kShapes),
                         [](const auto& shape) { return std::string{shape.param.name}; });

Task<void> chunks_too_large(Client& c, Answer& answer) {
  RawServer server(c.loop);
  TaskGroup group;
  group.spawn(ask(c, server.port(), answer, 100));
  auto peer = co_await server.accept();
  co_await peer->read_until("{}");
  co_await peer->send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n65\r\n" + std::string(101, 'x') + "\r\n");
  co_await group.join();
}

TEST(HttpClientFailure, LimitsAChunkedBody) {
  Client c;
  Answer answer;
  run(c.loop, chunks_too_large(c, answer));
  EXPECT_EQ(answer.outcome, "too_large");
}

Task<void> cancel_at(Client& c, std::string response, CancelReason reason, Answer& answer) {
  RawServer server(c.loop);
  TaskGroup group;
  group.spawn(ask(c, server.port(), answer));
  auto peer = co_await server.accept();
  co_await peer->read_until("{}");
  co_await peer->send(std::move(response));
  co_await c.loop.sleep(milliseconds{1});
  c.cancel.request(reason);
  co_await group.join();
  EXPECT_EQ(co_await peer->read_all(), "");  // the connection is closed, so that the server notices
  EXPECT_EQ(c.http.counters().open_connections, 0u);
}

TEST(HttpClientFailure, CancelEndsWaitingForTheHead) {
  Client c;
  Answer answer;
  run(c.loop, cancel_at(c, "", CancelReason::client_gone, answer));
  EXPECT_EQ(answer.outcome, "cancelled");
}

TEST(HttpClientFailure, CancelEndsWaitingForTheBody) {
  Client c;
  Answer answer;
  run(c.loop, cancel_at(c, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", CancelReason::client_asked, answer));
  EXPECT_EQ(answer.outcome, "cancelled");
}

TEST(HttpClientFailure, ADeadlineIsATimeOut) {
  Client c;
  Answer answer;
  run(c.loop, cancel_at(c, "HTTP/1.1 200 OK\r\n", CancelReason::timed_out, answer));
  EXPECT_EQ(answer.outcome, "timed_out");
}

Task<void> never_accept(Client& c, RawServer& server, std::vector<std::string>& outcomes) {
  // Fills the listen queue of a server that does not accept, until the kernel no longer answers.
  std::vector<Fd> queue;
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(server.port());
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  for (int i = 0; i < 40; ++i) {
    queue.emplace_back(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    (void)::connect(queue.back().get(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
  }
  Answer answer;
  co_await ask(c, server.port(), answer);
  outcomes.push_back(answer.outcome);
  const Deadline deadline(c.loop.timers(), milliseconds{200}, c.cancel);
  co_await ask(c, server.port(), answer, 1, std::chrono::hours{1});  // more patience than the client has otherwise
  outcomes.push_back(answer.outcome);
}

TEST(HttpClientFailure, AConnectTimeOutMeansUnavailableAndADeadlineATimeOut) {
  Client c({.connect_timeout = milliseconds{100}});
  RawServer server(c.loop);
  std::vector<std::string> outcomes;
  run(c.loop, never_accept(c, server, outcomes));
  EXPECT_EQ(outcomes, (std::vector<std::string>{"unavailable", "timed_out"}));
}

Task<void> refuse_early(Client& c, Answer& answer) {
  RawServer server(c.loop);
  TaskGroup group;
  const std::string body(8'000'000, 'x');
  json::Pieces pieces;
  pieces.push_back(body);
  const Url url{.host = "127.0.0.1", .port = server.port()};
  const HttpRequest request{.body = &pieces};
  struct Send {
    static Task<void> run(Client& client, const Url& to, const HttpRequest& what, Answer& out) {
      auto reply = co_await client.http.send(to, what, client.cancel);
      out.outcome = reply ? std::to_string(reply->status()) : to_string(reply.error().kind);
    }
  };
  group.spawn(Send::run(c, url, request, answer));
  auto peer = co_await server.accept();
  co_await peer->read_until("\r\n\r\n");
  co_await peer->send("HTTP/1.1 413 Content Too Large\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
  co_await peer->read_until("x\n");  // reads on until the client stops
  co_await group.join();
}

TEST(HttpClientFailure, AnEarlyRefusalIsAnAnswer) {
  Client c;
  Answer answer;
  run(c.loop, refuse_early(c, answer));
  EXPECT_EQ(answer.outcome, "413");
}

}  // namespace
}  // namespace gatehouse::net
