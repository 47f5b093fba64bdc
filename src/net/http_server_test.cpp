#include <gatehouse/net/http_server.hpp>

#include "src/net/http_test_support.hpp"

namespace gatehouse::net {
namespace {

using namespace test;
using std::chrono::milliseconds;

constexpr std::string_view kEchoed =
    "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\nX-Content-Type-Options: nosniff\r\n\r\nhello";

Task<void> echo_twice(ServerFixture& f) {
  RawClient client(f.loop, f.port);
  for (int i = 0; i < 2; ++i) {
    co_await client.send(post("/echo", "hello"));
    EXPECT_EQ(co_await client.read_response(), kEchoed);
  }
  EXPECT_EQ(f.server.counters().accepted, 1u);
}

TEST(HttpServer, AnswersAndKeepsTheConnection) {
  ServerFixture f;
  f.run(echo_twice(f));
}

Task<void> send_bytewise(ServerFixture& f) {
  RawClient client(f.loop, f.port);
  for (const char c : post("/echo", "hello")) {
    co_await client.send(std::string(1, c));
    co_await f.loop.sleep(milliseconds{0});
  }
  EXPECT_EQ(co_await client.read_response(), kEchoed);
}

TEST(HttpServer, TakesARequestByteByByte) {
  ServerFixture f;
  f.run(send_bytewise(f));
}

Task<void> pipeline(ServerFixture& f) {
  RawClient client(f.loop, f.port);
  co_await client.send(post("/echo", "1") + post("/echo", "22") + get("/stream") + post("/echo", "333"));
  EXPECT_TRUE((co_await client.read_response()).ends_with("\r\n\r\n1"));
  EXPECT_TRUE((co_await client.read_response()).ends_with("\r\n\r\n22"));
  EXPECT_TRUE((co_await client.read_until("0\r\n\r\n")).ends_with("5\r\nthree\r\n0\r\n\r\n"));
  EXPECT_TRUE((co_await client.read_response()).ends_with("\r\n\r\n333"));
}

TEST(HttpServer, ServesPipelinedRequestsInOrder) {
  ServerFixture f;
  f.run(pipeline(f));
}

/// The order in which the server took the requests.
std::vector<std::string> paths_taken(const ServerFixture& f, std::size_t from) {
  std::vector<std::string> paths;
  for (std::size_t i = from; i < f.handler.log.size(); ++i) {
    paths.push_back(f.handler.log[i].substr(0, f.handler.log[i].find(' ')));
  }
  return paths;
}

Task<void> flood_beside_a_guest(ServerFixture& f) {
  std::vector<std::unique_ptr<RawClient>> refused;
  for (int i = 0; i < 5; ++i) {
    refused.push_back(std::make_unique<RawClient>(f.loop, f.port));
    co_await refused.back()->send(get("/unknown"));
    EXPECT_TRUE((co_await refused.back()->read_response()).starts_with("HTTP/1.1 404 "));
  }
  RawClient guest(f.loop, f.port);
  co_await guest.send(post("/echo", "hello"));
  EXPECT_EQ(co_await guest.read_response(), kEchoed);
  const std::size_t before = f.handler.log.size();
  // None of these waits, so all of it is there when the server looks next; the guest comes last.
  for (const auto& client : refused) co_await client->send(get("/unknown"));
  co_await guest.send(post("/echo", "hello"));
  EXPECT_EQ(co_await guest.read_response(), kEchoed);
  for (const auto& client : refused) EXPECT_TRUE((co_await client->read_response()).starts_with("HTTP/1.1 404 "));
  EXPECT_EQ(paths_taken(f, before),
            (std::vector<std::string>{"/echo", "/unknown", "/unknown", "/unknown", "/unknown", "/unknown"}));
}

TEST(HttpServer, ServesWhoWasRefusedBehindEverybodyElse) {
  ServerFixture f;
  f.run(flood_beside_a_guest(f));
}

Task<void> pipelined_flood(ServerFixture& f) {
  RawClient flood(f.loop, f.port), guest(f.loop, f.port);
  co_await flood.send(get("/a") + get("/b") + get("/c"));
  co_await guest.send(post("/echo", "hello"));
  EXPECT_EQ(co_await guest.read_response(), kEchoed);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE((co_await flood.read_response()).starts_with("HTTP/1.1 404 "));
  EXPECT_EQ(paths_taken(f, 0), (std::vector<std::string>{"/a", "/echo", "/b", "/c"}));
}

TEST(HttpServer, ServesPipelinedRequestsBehindOthersOnceOneWasRefused) {
  ServerFixture f;
  f.run(pipelined_flood(f));
}

Task<void> good_after_refused(ServerFixture& f) {
  RawClient first(f.loop, f.port), second(f.loop, f.port);
  co_await first.send(get("/unknown"));
  (void)co_await first.read_response();
  co_await first.send(post("/echo", "hello"));
  (void)co_await first.read_response();
  const std::size_t before = f.handler.log.size();
  co_await first.send(get("/first"));
  co_await second.send(get("/second"));
  (void)co_await second.read_response();
  EXPECT_EQ(paths_taken(f, before), (std::vector<std::string>{"/first", "/second"}));
}

TEST(HttpServer, ForgetsARefusalWithTheNextGoodAnswer) {
  ServerFixture f;
  f.run(good_after_refused(f));
}

Task<void> expect_continue(ServerFixture& f) {
  RawClient client(f.loop, f.port);
  co_await client.send("POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
  EXPECT_EQ(co_await client.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  co_await client.send("hello");
  EXPECT_EQ(co_await client.read_response(), kEchoed);
}

TEST(HttpServer, TellsAWaitingClientToContinue) {
  ServerFixture f;
  f.run(expect_continue(f));
}

Task<void> refuse_early(ServerFixture& f) {
  RawClient client(f.loop, f.port);
  co_await client.send("POST /early HTTP/1.1\r\nHost: a\r\nContent-Length: 5000\r\n\r\nhel");
  const std::string answer = co_await client.read_response();
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 429 ")) << answer;
  EXPECT_TRUE(answer.contains("\r\nRetry-After: 7\r\n")) << answer;
  EXPECT_TRUE(answer.ends_with("\r\n\r\n{\"peer\":\"127.0.0.1\"}")) << answer;
  EXPECT_TRUE(f.handler.log.empty());
  EXPECT_EQ(f.server.counters().refused_early, 1u);
}

TEST(HttpServer, TurnsRequestsAwayBeforeTheirBodyIsThere) {
  ServerFixture f;
  f.run(refuse_early(f));
}

Task<void> send_chunks(ServerFixture& f) {
  RawClient client(f.loop, f.port);
  co_await client.send("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n");
  co_await f.loop.sleep(milliseconds{1});
  co_await client.send("3\r\nllo\r\n0\r\n\r\n");
  EXPECT_EQ(co_await client.read_response(), kEchoed);
}

TEST(HttpServer, TakesAChunkedBody) {
  ServerFixture f;
  f.run(send_chunks(f));
}

Task<void> big_bodies(ServerFixture& f) {
  std::string body(10'000'000, 'x');
  body.back() = 'y';
  RawClient client(f.loop, f.port);
  TaskGroup group;
  group.spawn(client.send(post("/echo", body)));
  const std::string response = co_await client.read_response();
  EXPECT_TRUE(response.ends_with(body));
  co_await group.join();
}

TEST(HttpServer, TakesAndSendsTenMegabytes) {
  ServerFixture f({.max_body_bytes = 10'000'000});
  f.run(big_bodies(f));
}

Task<void> stream_and_close(ServerFixture& f) {
  RawClient client(f.loop, f.port);
  co_await client.send(get("/stream"));
  EXPECT_EQ(co_await client.read_until("0\r\n\r\n"),
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX-Content-Type-Options: nosniff\r\n\r\n4\r\none "
            "\r\n4\r\ntwo \r\n5\r\nthree\r\n0\r\n\r\n");
  co_await client.send("GET /stream HTTP/1.0\r\n\r\n");
  EXPECT_EQ(co_await client.read_all(),
            "HTTP/1.1 200 OK\r\nX-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\none two three");
  EXPECT_EQ(f.handler.log, (std::vector<std::string>{"/stream ", "sent", "/stream ", "sent"}));
}

TEST(HttpServer, StreamsInChunksOrUntilTheEndOfTheConnection) {
  ServerFixture f;
  f.run(stream_and_close(f));
}

Task<void> keep_or_close(ServerFixture& f) {
  RawClient old(f.loop, f.port);
  co_await old.send("GET /echo HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_NE((co_await old.read_response()).find("\r\nConnection: keep-alive\r\n"), std::string::npos);
  co_await old.send("GET /echo HTTP/1.0\r\n\r\n");
  EXPECT_NE((co_await old.read_all()).find("\r\nConnection: close\r\n"), std::string::npos);
  RawClient client(f.loop, f.port);
  co_await client.send("GET /echo HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n" + get("/echo"));
  EXPECT_NE((co_await client.read_all()).find("\r\nConnection: close\r\n"), std::string::npos);
  EXPECT_EQ(f.handler.log.size(), 3u);
}

TEST(HttpServer, ClosesWhenToldTo) {
  ServerFixture f;
  f.run(keep_or_close(f));
}

Task<void> head_requests(ServerFixture& f) {
  RawClient client(f.loop, f.port);
  co_await client.send("HEAD /big HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_NE((co_await client.read_until("\r\n\r\n")).find("Content-Length: 10000000"), std::string::npos);
  co_await client.send(post("/echo", "hello"));
  EXPECT_EQ(co_await client.read_response(), kEchoed);
}

TEST(HttpServer, SendsNoBodyToHead) {
  ServerFixture f;
  f.run(head_requests(f));
}

Task<void> no_answer(ServerFixture& f) {
  for (const char* path : {"/nothing", "/throw"}) {
    RawClient client(f.loop, f.port);
    co_await client.send(get(path));
    EXPECT_EQ(co_await client.read_all(), "");
  }
}

TEST(HttpServer, ClosesWhenTheHandlerDoesNotAnswer) {
  ServerFixture f;
  f.run(no_answer(f));
}

Task<void> too_many(ServerFixture& f) {
  RawClient first(f.loop, f.port), second(f.loop, f.port), third(f.loop, f.port);
  EXPECT_EQ(co_await third.read_all(), "");
  co_await second.send(post("/echo", "hello"));
  EXPECT_EQ(co_await second.read_response(), kEchoed);
  EXPECT_EQ(f.server.counters().refused, 1u);
  EXPECT_EQ(f.server.counters().open_connections, 2u);
}

TEST(HttpServer, HasALimitOfConnections) {
  ServerFixture f({.max_connections = 2});
  f.run(too_many(f));
}

Task<void> too_many_of_one_address(ServerFixture& f) {
  {
    RawClient first(f.loop, f.port), second(f.loop, f.port), third(f.loop, f.port);
    EXPECT_EQ(co_await third.read_all(), "");
    EXPECT_EQ(f.server.counters().refused, 1u);
  }
  while (f.server.counters().open_connections > 0) co_await f.loop.sleep(milliseconds{1});
  RawClient later(f.loop, f.port);
  co_await later.send(post("/echo", "hello"));
  EXPECT_EQ(co_await later.read_response(), kEchoed);
}

TEST(HttpServer, HasALimitOfConnectionsOfOneAddress) {
  ServerFixture f({.max_connections_per_address = 2});
  f.run(too_many_of_one_address(f));
}

TEST(HttpServer, SaysWhyItCannotListen) {
  ServerFixture f;
  const auto taken = f.server.listen({"127.0.0.1", f.port});
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().kind, Kind::io);
  EXPECT_NE(taken.error().message.find("127.0.0.1:" + std::to_string(f.port)), std::string::npos);
  EXPECT_FALSE(f.server.listen({"no-such-host.invalid", 0}));
  f.run(f.loop.sleep(milliseconds{0}));
}

Task<void> response_shapes(ServerFixture& f) {
  RawClient client(f.loop, f.port);
  co_await client.send(get("/unknown"));
  EXPECT_EQ(co_await client.read_response(),
            "HTTP/1.1 404 Not Found\r\nContent-Type: text/plain\r\nContent-Length: 0\r\n\r\n");
}

TEST(HttpServer, SendsAnEmptyBodyWithItsLength) {
  ServerFixture f;
  f.run(response_shapes(f));
}

// ---- refusals

struct Refusal {
  std::string_view name, request;
  int status;
};
const std::string kLongHead = "GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(40'000, 'x') + "\r\n\r\n";
const Refusal kRefusals[] = {
    {"Garbage", "\x16\x03\x01garbage\r\n", 400},
    {"BareLf", "GET / HTTP/1.1\nHost: a\n\n", 400},
    {"LengthAndChunked",
     "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
    {"TwoLengths", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\nx", 400},
    {"BadChunk", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400},
    {"TooLarge", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1001\r\n\r\n", 413},
    {"ChunksTooLarge", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n", 0},
    {"LongHead", kLongHead, 431},
    {"ForeignCoding", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n", 501},
    {"Http2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505},
};

struct Refusals : testing::TestWithParam<Refusal> {};

Task<void> refuse(ServerFixture& f, const Refusal& shape) {
  RawClient client(f.loop, f.port);
  const std::string body = shape.status == 0 ? std::string(1001, 'x') + "\r\n" : std::string{};
  const int status = shape.status == 0 ? 413 : shape.status;
  co_await client.send(std::string{shape.request} + body + "trailing bytes that nobody reads");
  const std::string response = co_await client.read_all();
  EXPECT_TRUE(response.starts_with("HTTP/1.1 " + std::to_string(status) + " ")) << response;
  EXPECT_NE(response.find("\r\nConnection: close\r\n"), std::string::npos);
  EXPECT_NE(response.find("\r\nContent-Type: application/json\r\n"), std::string::npos);
  EXPECT_NE(response.find("\r\n\r\n{\"status\":" + std::to_string(status)), std::string::npos);
  EXPECT_FALSE(client.ended_by_reset());
  EXPECT_EQ(f.server.counters().bad_requests, 1u);
  EXPECT_TRUE(f.handler.log.empty());
}

TEST_P(Refusals, AreAnsweredBeforeTheConnectionCloses) {
  ServerFixture f({.max_body_bytes = 1000});
  f.run(refuse(f, GetParam()));
}
INSTANTIATE_TEST_SUITE_P(HttpServer, Refusals, testing::ValuesIn(kRefusals),
                         [](const auto& shape) { return std::string{shape.param.name}; });

Task<void> refuse_while_sending(ServerFixture& f) {
  RawClient client(f.loop, f.port);
  TaskGroup group;
  group.spawn(client.send(post("/echo", std::string(3'000'000, 'x'))));
  EXPECT_TRUE((co_await client.read_response()).starts_with("HTTP/1.1 413 "));
  client.finish_sending();
  EXPECT_EQ(co_await client.read_all(), "");
  EXPECT_FALSE(client.ended_by_reset());
  co_await group.join();
}

TEST(HttpServer, LetsAClientThatStillSendsReadTheRefusal) {
  ServerFixture f({.max_body_bytes = 1000});
  f.run(refuse_while_sending(f));
}

}  // namespace
}  // namespace gatehouse::net
