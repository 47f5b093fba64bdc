#pragma once
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>

#include <gtest/gtest.h>

#include <gatehouse/base/signal.hpp>
#include <gatehouse/base/task_group.hpp>
#include <gatehouse/net/http_server.hpp>
#include <gatehouse/net/loop.hpp>

#include "src/net/loop_impl.hpp"
#include "src/net/stream.hpp"

/// Helpers of the tests in this folder: a client that sends raw bytes, and a server whose paths misbehave on request.
namespace gatehouse::net::test {

inline Fd connect_to(std::uint16_t port) {
  Fd fd{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  // The kernel answers for the listening socket: this does not wait for the server.
  EXPECT_EQ(::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0)
      << std::strerror(errno);
  const int flags = ::fcntl(fd.get(), F_GETFL);
  EXPECT_EQ(::fcntl(fd.get(), F_SETFL, flags | O_NONBLOCK), 0);
  return fd;
}

/// A client connection on which the test decides about every byte.
class RawClient {
 public:
  RawClient(Loop& loop, std::uint16_t port) : RawClient(loop, connect_to(port)) {}
  RawClient(Loop& loop, Fd fd) : stream_(loop.impl().poller, std::move(fd), nullptr) {}

  Task<void> send(std::string bytes) {
    for (Gather rest(bytes); !rest.empty();) {
      const ssize_t count = stream_.write(rest);
      if (count == -EAGAIN)
        co_await stream_.writable();
      else if (count < 0)
        co_return;  // the server may refuse before it has read everything
    }
  }

  /// Waits until `mark` is in what came and returns everything up to its end; what came so far if the connection ends.
  Task<std::string> read_until(std::string mark) {
    bool more = true;
    std::size_t at = received_.find(mark);
    while (at == std::string::npos && more) {
      const std::size_t searched = received_.size();
      more = co_await read_more();
      at = received_.find(mark, searched < mark.size() ? 0 : searched - mark.size() + 1);
    }
    co_return take(at == std::string::npos ? received_.size() : at + mark.size());
  }
  /// Everything up to the end of the connection.
  Task<std::string> read_all() {
    bool more = true;
    while (more) more = co_await read_more();
    co_return take(received_.size());
  }
  /// One response with a Content-Length.
  Task<std::string> read_response() {
    std::string response = co_await read_until("\r\n\r\n");
    const std::size_t at = response.find("Content-Length: ");
    const std::size_t length = at == std::string::npos ? 0 : std::stoul(response.substr(at + 16));
    bool more = true;
    while (received_.size() < length && more) more = co_await read_more();
    response += take(std::min(length, received_.size()));
    co_return response;
  }
  Task<bool> read_more() {
    char space[16 * 1024];
    for (;;) {
      const ssize_t count = stream_.read(space, sizeof space);
      if (count == -EAGAIN) {
        co_await stream_.readable();
        continue;
      }
      if (count > 0) received_.append(space, static_cast<std::size_t>(count));
      ended_by_reset_ = count < 0;
      co_return count > 0;
    }
  }
  [[nodiscard]] bool ended_by_reset() const { return ended_by_reset_; }
  void finish_sending() { ::shutdown(stream_.socket().fd(), SHUT_WR); }
  [[nodiscard]] Stream& stream() { return stream_; }

 private:
  std::string take(std::size_t size) {
    std::string out = received_.substr(0, size);
    received_.erase(0, size);
    return out;
  }
  Stream stream_;
  std::string received_;
  bool ended_by_reset_ = false;
};

/// A server on which the test decides about every byte.
class RawServer {
 public:
  explicit RawServer(Loop& loop) : loop_(loop), socket_(loop.impl().poller, listen(), nullptr) {}

  Task<std::unique_ptr<RawClient>> accept() {
    Fd fd{::accept(socket_.fd(), nullptr, nullptr)};
    while (!fd) {
      socket_.watch().drained();
      co_await socket_.watch().readable();
      fd.reset(::accept(socket_.fd(), nullptr, nullptr));
    }
    EXPECT_EQ(::fcntl(fd.get(), F_SETFL, O_NONBLOCK), 0);
    co_return std::make_unique<RawClient>(loop_, std::move(fd));
  }
  [[nodiscard]] std::uint16_t port() const {
    sockaddr_in address{};
    socklen_t size = sizeof address;
    EXPECT_EQ(::getsockname(socket_.fd(), reinterpret_cast<sockaddr*>(&address), &size), 0);
    return ntohs(address.sin_port);
  }

 private:
  static Fd listen() {
    Fd fd{::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    EXPECT_EQ(::listen(fd.get(), 16), 0);
    return fd;
  }
  Loop& loop_;
  Socket socket_;
};

/// Paths: /echo, /hold (until the peer is gone or `release` is notified), /stream (three parts), /flood (as much as fits, then
/// until gone), /nothing (no answer), /throw, /big (`big_bytes` of it), anything else 404.
class Scripted final : public HttpHandler {
 public:
  explicit Scripted(Loop& the_loop) : loop(the_loop) {}
  Task<void> serve(HttpExchange& exchange) override;
  std::string error_body(int status, const Error& error) override {
    return "{\"status\":" + std::to_string(status) + ",\"kind\":\"" + std::string{to_string(error.kind)} + "\"}";
  }

  /// Paths that begin with /early are turned away.
  std::unique_ptr<Refusal> refuse_early(const RequestHead& head, std::string_view peer_address) override {
    if (!head.target.starts_with("/early")) return nullptr;
    auto refusal = std::make_unique<Refusal>();
    refusal->status = 429;
    refusal->headers = {{"Retry-After", "7"}};
    refusal->body = "{\"peer\":\"" + std::string(peer_address) + "\"}";
    return refusal;
  }

  Loop& loop;
  Signal release;
  std::size_t big_bytes = 10'000'000;
  std::vector<std::string> log;  // "path body" of each request, then what became of it

 private:
  Task<void> hold(HttpExchange& exchange);
  Task<void> stream(HttpExchange& exchange);
  Task<void> flood(HttpExchange& exchange);
};

inline Task<void> Scripted::hold(HttpExchange& exchange) {
  const Cancel::Hook gone(exchange.peer_gone(), [this] { release.notify(); });
  co_await release.wait();
  log.push_back(exchange.peer_gone().requested() ? "gone" : "released");
  json::Pieces body;
  body.push_back("held");
  const auto sent = co_await exchange.respond(200, {}, body);
  log.push_back(sent ? "sent" : "lost");
}

inline Task<void> Scripted::stream(HttpExchange& exchange) {
  EXPECT_TRUE(exchange.begin_stream(200, {}));
  exchange.forget_request();
  EXPECT_TRUE(exchange.push("one "));
  EXPECT_TRUE(exchange.push("two "));
  json::Pieces last;
  last.push_back("thr");
  last.push_back("ee");
  const auto ended = co_await exchange.end_stream(last);
  log.push_back(ended ? "sent" : "lost");
}

inline Task<void> Scripted::flood(HttpExchange& exchange) {
  EXPECT_TRUE(exchange.begin_stream(200, {}));
  const std::string piece(10'000, '#');
  std::size_t pushed = 0, before = 0;
  do {  // until neither the queue nor the kernel takes more
    before = pushed;
    while (exchange.push(piece)) ++pushed;
    co_await loop.sleep(Milliseconds{1});
  } while (pushed > before);
  log.push_back("pushed " + std::to_string(pushed * piece.size()));
  const Cancel::Hook gone(exchange.peer_gone(), [this] { release.notify(); });
  co_await release.wait();
  log.push_back(exchange.peer_gone().requested() ? "gone" : "released");
  const auto ended = co_await exchange.end_stream();
  log.push_back(ended ? "sent" : "lost");
}

inline Task<void> Scripted::serve(HttpExchange& exchange) {
  const std::string_view path = exchange.head().path();
  log.push_back(std::string{path} + " " + std::string{exchange.body().substr(0, 100)});
  json::Pieces body;
  if (path == "/hold") co_return co_await hold(exchange);
  if (path == "/stream") co_return co_await stream(exchange);
  if (path == "/flood") co_return co_await flood(exchange);
  if (path == "/nothing") co_return;
  if (path == "/throw") throw std::runtime_error("a bug");
  std::string big;
  if (path == "/big") {
    big.assign(big_bytes, 'b');
    body.push_back(big);
  } else if (path == "/echo") {
    body.push_back(exchange.body());
  }
  const Header type{"Content-Type", "text/plain"};
  (void)co_await exchange.respond(path == "/echo" || path == "/big" ? 200 : 404, {&type, 1}, body);
}

/// A running server; `run` drives a scenario against it and stops it.
struct ServerFixture {
  explicit ServerFixture(HttpServerOptions options = {}) : server(loop, handler, std::move(options)) {
    const auto bound = server.listen({"127.0.0.1", 0});
    EXPECT_TRUE(bound) << (bound ? "" : bound.error().message);
    if (bound) port = bound->port;
  }
  void run(Task<void> scenario) { net::run(loop, with_stop(std::move(scenario))); }

  Loop loop;
  Scripted handler{loop};
  HttpServer server;
  std::uint16_t port = 0;

 private:
  Task<void> with_stop(Task<void> scenario) {
    co_await scenario;
    co_await server.stop(Milliseconds{0});
    EXPECT_EQ(server.counters().open_connections, 0u);
  }
};

inline std::string get(std::string_view path) {
  return "GET " + std::string{path} + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
}
inline std::string post(std::string_view path, std::string_view body) {
  return "POST " + std::string{path} +
         " HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
         std::string{body};
}

}  // namespace gatehouse::net::test
