#pragma once
#include <array>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include <gatehouse/base/signal.hpp>
#include <gatehouse/json/value.hpp>
#include <gatehouse/net/http_client.hpp>
#include <gatehouse/net/http_server.hpp>
#include <gatehouse/net/loop.hpp>
#include <gatehouse/net/sse.hpp>

namespace gatehouse::client {

/// A server of HTTP+SSE that behaves as the test wants. It answers `initialize`, and every other request with `{}`.
struct OldServer final : net::HttpHandler {
  explicit OldServer(net::Loop& loop) : server(loop, *this, {}), http(loop, {}) {
    port = server.listen({"127.0.0.1", 0}).value().port;
  }

  std::string opening = "event: endpoint\ndata: /messages?c=1\n\n";  ///< First bytes of the stream.
  int get_status = 200;
  bool ends = false;                              ///< The stream, after its opening.
  int status_at_stream = 405;                     ///< Of a POST to the stream's own address.
  std::function<int(std::size_t number)> status;  ///< Of the POST with this number, from 1; none: 202.
  std::vector<std::string> posts;                 ///< "target body"
  std::vector<std::string> authorizations;        ///< Of all requests.
  std::size_t probes = 0;                         ///< POSTs to the stream's own address.
  Signal hang_up;                                 ///< Ends the stream.

  [[nodiscard]] net::Url url() const { return {.host = "127.0.0.1", .port = port, .target = "/sse"}; }

  Task<void> serve(net::HttpExchange& exchange) override {
    authorizations.emplace_back(exchange.head().value("Authorization"));
    if (exchange.head().method == "GET") co_return co_await stream(exchange);
    if (exchange.head().path() == "/sse") {
      ++probes;
      co_await plain(exchange, status_at_stream);
      co_return;
    }
    posts.push_back(std::string(exchange.head().target) + " " + std::string(exchange.body()));
    const std::string body(exchange.body());
    const int code = status ? status(posts.size()) : 202;
    co_await plain(exchange, code);
    if (code == 202) answer(body);
  }

  void answer(const std::string& body) {
    const auto message = json::parse(body);
    if (!stream_ || !message || !message->find("id")) return;
    const std::string id = message->find("id")->str();
    const bool greets = message->text("method") == "initialize";
    say(R"({"jsonrpc":"2.0","id":)" + id + R"(,"result":)" +
        (greets ? R"({"protocolVersion":"2024-11-05","capabilities":{},"serverInfo":{"name":"old","version":"1"}}})"
                : "{}}"));
  }
  void say(std::string_view message) const {
    std::string event;
    net::append_sse_event(event, message);
    stream_->push(event);
  }

  net::HttpServer server;
  net::HttpClient http;
  std::uint16_t port = 0;

 private:
  static Task<void> plain(net::HttpExchange& exchange, int code) {
    const std::string_view text = "Said in plain words";
    const json::Pieces body(1, text);
    const std::array headers = {net::Header{"Content-Type", "text/plain"}};
    (void)co_await exchange.respond(code, headers, body);
  }

  Task<void> stream(net::HttpExchange& exchange) {
    if (get_status != 200) co_return co_await plain(exchange, get_status);
    const std::array headers = {net::Header{"Content-Type", "text/event-stream"}};
    if (!exchange.begin_stream(200, headers)) co_return;
    stream_ = &exchange;
    exchange.push(opening);
    const Cancel::Hook gone(exchange.peer_gone(), [this] { hang_up.notify(); });
    if (!ends) co_await hang_up.wait();
    stream_ = nullptr;
    (void)co_await exchange.end_stream();
  }

  net::HttpExchange* stream_ = nullptr;
};

/// Runs `test` with a server and stops the server afterwards.
inline void with_old_server(std::function<Task<void>(net::Loop& loop, OldServer& server)> test) {
  net::Loop loop;
  OldServer server(loop);
  net::run(loop,
           [](net::Loop& on, OldServer& old, std::function<Task<void>(net::Loop&, OldServer&)>& body) -> Task<void> {
             co_await body(on, old);
             co_await old.server.stop(Milliseconds{1000});
           }(loop, server, test));
}

}  // namespace gatehouse::client
