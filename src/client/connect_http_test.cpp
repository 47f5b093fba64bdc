#include <gtest/gtest.h>

#include <gatehouse/base/signal.hpp>
#include <gatehouse/base/task_group.hpp>
#include <gatehouse/client/connect.hpp>
#include <gatehouse/net/http_server.hpp>
#include <gatehouse/net/loop.hpp>

namespace gatehouse::client {
namespace {

/// Takes requests and never answers.
struct SilentServer final : net::HttpHandler {
  explicit SilentServer(net::Loop& loop) : server(loop, *this, {}), http(loop, {}) {
    port = server.listen({"127.0.0.1", 0}).value().port;
  }
  Task<void> serve(net::HttpExchange& exchange) override {
    Signal over;
    const Cancel::Hook gone(exchange.peer_gone(), [&over] { over.notify(); });
    asked.notify();
    co_await over.wait();
  }
  net::HttpServer server;
  net::HttpClient http;
  std::uint16_t port = 0;
  Signal asked;
};

Task<void> cancel_when_asked(SilentServer& server, Cancel& cancel) {
  co_await server.asked.wait();
  cancel.request(CancelReason::client_asked);
}

Task<void> interrupt(net::Loop& loop, SilentServer& server, Era era) {
  HttpTarget target;
  target.url = {.host = "127.0.0.1", .port = server.port, .target = "/mcp"};
  ConnectOptions options;
  options.era = era;
  options.probe_timeout = Milliseconds{600'000};
  Cancel cancel;
  TaskGroup group;
  group.spawn(cancel_when_asked(server, cancel));
  const auto link = co_await connect_http(loop, server.http, std::move(target), std::move(options), cancel);
  EXPECT_FALSE(link);
  EXPECT_EQ(link.error().kind, Kind::cancelled);
  co_await group.join();
  co_await server.server.stop(Milliseconds{1000});
}

TEST(ConnectHttp, WhoeverGivesUpDoesNotWaitForTheServer) {
  for (const Era era : {Era::automatic, Era::legacy}) {
    net::Loop loop;
    SilentServer server(loop);
    net::run(loop, interrupt(loop, server, era));
  }
}

}  // namespace
}  // namespace gatehouse::client
