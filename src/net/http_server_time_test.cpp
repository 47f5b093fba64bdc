// What a server does about peers that are slow or gone, and how it stops.
#include "src/net/http_test_support.hpp"

namespace gatehouse::net {
namespace {

using namespace test;
using std::chrono::milliseconds;

HttpServerOptions quick() {
  return {.head_timeout = milliseconds{60},
          .body_timeout = milliseconds{60},
          .write_timeout = milliseconds{60},
          .idle_timeout = milliseconds{60},
          .tick = milliseconds{20}};
}

Task<void> send_and_wait(ServerFixture& f, std::string bytes, std::string& response) {
  RawClient client(f.loop, f.port);
  co_await client.send(std::move(bytes));
  response = co_await client.read_all();
}

TEST(HttpServerTime, AnswersASlowHeadWith408) {
  ServerFixture f(quick());
  std::string response;
  f.run(send_and_wait(f, "GET / HT", response));
  EXPECT_TRUE(response.starts_with("HTTP/1.1 408 ")) << response;
  EXPECT_NE(response.find("{\"status\":408,\"kind\":\"timed_out\"}"), std::string::npos);
}

TEST(HttpServerTime, AnswersASlowBodyWith408) {
  ServerFixture f(quick());
  std::string response;
  f.run(send_and_wait(f, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc", response));
  EXPECT_TRUE(response.starts_with("HTTP/1.1 408 ")) << response;
}

Task<void> drip(ServerFixture& f, RawClient& client, const bool& stop) {
  while (!stop) {
    co_await client.send("x");
    co_await f.loop.sleep(milliseconds{20});
  }
}

Task<void> drip_until_refused(ServerFixture& f) {
  RawClient client(f.loop, f.port);
  TaskGroup group;
  bool stop = false;
  co_await client.send("GET / HTTP/1.1\r\nX: ");
  group.spawn(drip(f, client, stop));
  EXPECT_TRUE((co_await client.read_response()).starts_with("HTTP/1.1 408 "));
  stop = true;
  co_await group.join();
}

TEST(HttpServerTime, DrippingBytesDoNotBuyTime) {
  ServerFixture f(quick());
  f.run(drip_until_refused(f));
}

TEST(HttpServerTime, ClosesAnIdleConnectionWithoutAWord) {
  ServerFixture f(quick());
  std::string response = "not yet";
  f.run(send_and_wait(f, "", response));
  EXPECT_EQ(response, "");
}

Task<void> idle_after_request(ServerFixture& f) {
  RawClient client(f.loop, f.port);
  co_await client.send(get("/echo"));
  EXPECT_TRUE((co_await client.read_response()).starts_with("HTTP/1.1 200 "));
  EXPECT_EQ(co_await client.read_all(), "");
}

TEST(HttpServerTime, ClosesAConnectionThatIdlesAfterARequest) {
  ServerFixture f(quick());
  f.run(idle_after_request(f));
}

Task<void> hold_long(ServerFixture& f) {
  RawClient client(f.loop, f.port);
  co_await client.send(get("/hold"));
  co_await f.loop.sleep(milliseconds{300});  // five times every limit
  f.handler.release.notify();
  EXPECT_TRUE((co_await client.read_response()).ends_with("held"));
}

TEST(HttpServerTime, AHandlerMayTakeItsTime) {
  ServerFixture f(quick());
  f.run(hold_long(f));
  EXPECT_EQ(f.handler.log, (std::vector<std::string>{"/hold ", "released", "sent"}));
}

Task<void> until(Loop& loop, const std::vector<std::string>& log, std::size_t size) {
  while (log.size() < size) co_await loop.sleep(milliseconds{1});
}

Task<void> never_read(ServerFixture& f, std::string path, std::size_t entries) {
  RawClient client(f.loop, f.port);
  co_await client.send(get(path));
  co_await until(f.loop, f.handler.log, entries);
}

TEST(HttpServerTime, GivesUpOnAClientThatDoesNotReadAResponse) {
  ServerFixture f(quick());
  f.handler.big_bytes = 30'000'000;
  f.run(never_read(f, "/big", 1));
  while (f.server.counters().open_connections > 0) f.run(f.loop.sleep(milliseconds{20}));
}

TEST(HttpServerTime, GivesUpOnAClientThatDoesNotReadAStream) {
  HttpServerOptions options = quick();
  options.max_queued_bytes = 1'000'000;
  ServerFixture f(options);
  f.run(never_read(f, "/flood", 4));
  EXPECT_EQ(f.handler.log[2], "gone");
  EXPECT_EQ(f.handler.log[3], "lost");
}

Task<void> read_slowly(ServerFixture& f) {
  RawClient client(f.loop, f.port);
  co_await client.send(get("/flood"));
  co_await until(f.loop, f.handler.log, 2);
  std::size_t pushed = std::stoul(f.handler.log[1].substr(7));
  EXPECT_LT(pushed, 20'000'000u);  // the queue and the kernel's buffers, no more
  EXPECT_GT(pushed, 100'000u);
  f.handler.release.notify();
  const std::string response = co_await client.read_until("\r\n0\r\n\r\n");
  EXPECT_EQ(static_cast<std::size_t>(std::ranges::count(response, '#')), pushed);
  co_await until(f.loop, f.handler.log, 4);
  EXPECT_EQ(f.handler.log[3], "sent");
}

TEST(HttpServerTime, QueuesABoundedAmountForASlowReaderAndLosesNothing) {
  HttpServerOptions options;
  options.max_queued_bytes = 100'000;
  ServerFixture f(options);
  f.run(read_slowly(f));
}

Task<void> vanish(ServerFixture& f, std::string path) {
  {
    RawClient client(f.loop, f.port);
    co_await client.send(get(path));
    co_await until(f.loop, f.handler.log, 1);
  }
  const TimePoint left = Clock::now();
  while (std::ranges::count(f.handler.log, "gone") == 0) co_await f.loop.sleep(milliseconds{1});
  EXPECT_LT(Clock::now() - left, HttpServerOptions{}.tick + milliseconds{1000});
  while (f.server.counters().open_connections > 0) co_await f.loop.sleep(milliseconds{1});
}

TEST(HttpServerTime, TellsTheHandlerThatThePeerIsGone) {
  ServerFixture f;
  f.run(vanish(f, "/hold"));
}

TEST(HttpServerTime, TellsAStreamThatThePeerIsGone) {
  ServerFixture f;
  f.run(vanish(f, "/flood"));
}

Task<void> vanish_behind_pipelined_request(ServerFixture& f) {
  {
    RawClient client(f.loop, f.port);
    co_await client.send(get("/hold") + get("/echo"));
    co_await until(f.loop, f.handler.log, 1);
    co_await client.send(get("/echo"));
    co_await f.loop.sleep(milliseconds{1});
  }
  co_await until(f.loop, f.handler.log, 2);
  EXPECT_EQ(f.handler.log[1], "gone");
}

TEST(HttpServerTime, NoticesAVanishedPeerBehindPipelinedRequests) {
  ServerFixture f;
  f.run(vanish_behind_pipelined_request(f));
}

Task<void> half_close(ServerFixture& f) {
  RawClient client(f.loop, f.port);
  co_await client.send(get("/hold"));
  client.finish_sending();
  EXPECT_TRUE((co_await client.read_all()).ends_with("held"));
  EXPECT_EQ(f.handler.log, (std::vector<std::string>{"/hold ", "gone", "sent"}));
}

TEST(HttpServerTime, AHalfClosedPeerCountsAsGoneButIsAnswered) {
  ServerFixture f;
  f.run(half_close(f));
}

// ---- stop

Task<void> stop_with_grace(ServerFixture& f) {
  RawClient idle(f.loop, f.port), busy(f.loop, f.port);
  co_await idle.send(get("/echo"));
  EXPECT_TRUE((co_await idle.read_response()).starts_with("HTTP/1.1 200 "));
  co_await busy.send(get("/hold"));
  co_await until(f.loop, f.handler.log, 2);
  TaskGroup group;
  group.spawn(f.server.stop(std::chrono::seconds{30}));
  EXPECT_EQ(co_await idle.read_all(), "");  // closed at once
  EXPECT_EQ(group.running(), 1u);
  f.handler.release.notify();
  const std::string response = co_await busy.read_all();
  EXPECT_NE(response.find("\r\nConnection: close\r\n"), std::string::npos);
  EXPECT_TRUE(response.ends_with("held"));
  co_await group.join();
  EXPECT_EQ(f.server.counters().open_connections, 0u);
}

TEST(HttpServerTime, StopLetsRunningExchangesFinish) {
  ServerFixture f;
  f.run(stop_with_grace(f));
}

Task<void> stop_without_patience(ServerFixture& f) {
  RawClient busy(f.loop, f.port), streaming(f.loop, f.port);
  co_await busy.send(get("/hold"));
  co_await until(f.loop, f.handler.log, 1);
  co_await f.server.stop(milliseconds{40});
  EXPECT_EQ(f.handler.log, (std::vector<std::string>{"/hold ", "gone", "lost"}));
  EXPECT_EQ(co_await busy.read_all(), "");
}

TEST(HttpServerTime, StopCancelsWhatOutlivesTheGrace) {
  ServerFixture f;
  f.run(stop_without_patience(f));
}

Task<void> stop_and_listen_again(ServerFixture& f) {
  co_await f.server.stop(milliseconds{0});
  const auto bound = f.server.listen({"127.0.0.1", f.port});
  EXPECT_TRUE(bound);
  RawClient client(f.loop, f.port);
  co_await client.send(post("/echo", "again"));
  EXPECT_TRUE((co_await client.read_response()).ends_with("again"));
}

TEST(HttpServerTime, ListensAgainAfterAStop) {
  ServerFixture f;
  f.run(stop_and_listen_again(f));
}

}  // namespace
}  // namespace gatehouse::net
