#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gatehouse/base/cancel.hpp>
#include <gatehouse/base/task.hpp>
#include <gatehouse/base/time.hpp>
#include <gatehouse/json/splice.hpp>
#include <gatehouse/net/certificate.hpp>
#include <gatehouse/net/http1.hpp>
#include <gatehouse/net/loop.hpp>
#include <gatehouse/net/url.hpp>

namespace gatehouse::net {

/// One request on a server connection and the one response to it. Lives as long as `HttpHandler::serve` runs.
class HttpExchange {
 public:
  [[nodiscard]] virtual const RequestHead& head() const = 0;
  [[nodiscard]] virtual std::string_view body() const = 0;  ///< Whole, with `kSlack` readable bytes behind it.
  /// Gives back the memory of `head()` and `body()`, which must not be used afterwards. For streams that stay open: without
  /// it each holds a read buffer.
  virtual void forget_request() {}
  [[nodiscard]] virtual std::string_view peer_address() const = 0;  ///< "127.0.0.1", without port.
  /// The client's, verified when the connection began; null if it has none.
  [[nodiscard]] virtual const PeerCertificate* peer_certificate() const { return nullptr; }

  /// Sends a whole response. `Content-Length`, `Date`-free framing and `Connection` fields are added here.
  /// Errors: connection_lost. Call once, and not after `begin_stream`.
  virtual Task<Result<void>> respond(int status, std::span<const Header> headers, const json::Pieces& body) = 0;

  /// Sends a head and opens a chunked body (or one that ends with the connection, for HTTP/1.0).
  virtual Result<void> begin_stream(int status, std::span<const Header> headers) = 0;
  /// Queues bytes of the body; they leave in order, what is queued in one turn of the loop together, as the socket takes
  /// them. False: `HttpServerOptions::max_queued_bytes` wait already, or the connection is broken; then nothing was queued.
  virtual bool push(std::string_view bytes) = 0;
  [[nodiscard]] virtual std::size_t queued_bytes() const = 0;
  /// Waits until everything queued was taken, sends `last` (of any size), then ends the body. Errors: connection_lost.
  virtual Task<Result<void>> end_stream(const json::Pieces& last = {}) = 0;

  /// Requested (client_gone) as soon as the peer closes its sending side or the connection breaks. A response is still
  /// attempted: the peer may only have finished sending. Requested (shutting_down) when the grace of `stop` is over.
  [[nodiscard]] virtual Cancel& peer_gone() = 0;

 protected:
  ~HttpExchange() = default;
};

/// Answers requests. `serve` must call `respond`, or `begin_stream` and `end_stream`, before it returns; if it does not,
/// the connection is closed. May run for many exchanges at once.
class HttpHandler {
 public:
  virtual Task<void> serve(HttpExchange& exchange) = 0;
  /// What is said to a request that is turned away before its body was read. The connection ends with it.
  struct Refusal {
    int status = 400;
    std::vector<std::pair<std::string, std::string>> headers;
    std::string body;  ///< application/json
  };
  /// Asked once about every request, as soon as its head is there. Most get nothing: they are served. The rest costs neither the time to
  /// read a body nor the memory for it.
  [[nodiscard]] virtual std::unique_ptr<Refusal> refuse_early(const RequestHead& head, std::string_view peer_address) {
    (void)head, (void)peer_address;
    return nullptr;
  }
  /// Body for an error that the codec found (400, 408, 413, 431, 501, 505). Empty: no body. Sent as application/json.
  [[nodiscard]] virtual std::string error_body(int status, const Error& error) {
    (void)status, (void)error;
    return {};
  }

 protected:
  ~HttpHandler() = default;
};

enum class ClientCertificates {
  none,     ///< Not asked for.
  request,  ///< Asked for; who has none may go on without. One that is not good ends the connection.
  require,  ///< Needed for every connection.
};

struct TlsServerOptions {
  std::string certificate_file;  ///< PEM, leaf first.
  std::string key_file;          ///< PEM.
  ClientCertificates client_certificates = ClientCertificates::none;
  std::string client_ca_file;        ///< PEM: who may issue them. Nobody else's authorities count.
  std::size_t max_client_chain = 3;  ///< Intermediate authorities between a client's certificate and one of these.
};

struct HttpServerOptions {
  // -- safety
  HeadLimits head;
  std::size_t max_body_bytes = 4u << 20;        ///< Larger bodies get 413.
  Milliseconds head_timeout{10'000};            ///< From the first byte of a head to its end.
  Milliseconds body_timeout{30'000};            ///< From the end of the head to the end of the body.
  Milliseconds write_timeout{30'000};           ///< Longest time without progress while the peer does not read.
  Milliseconds idle_timeout{120'000};           ///< Keep-alive connection without a request.
  std::size_t max_connections = 100'000;        ///< More are closed at once.
  std::size_t max_connections_per_address = 0;  ///< The same for one network address; 0: as many as there may be.
  std::size_t max_queued_bytes = 4u << 20;      ///< Per stream, see HttpExchange::push.
  std::optional<TlsServerOptions> tls;
  // -- speed
  std::size_t buffer_bytes = 16 * 1024;  ///< Read buffer, held only while a request is read or served. At least 1 KiB.
  Milliseconds tick{200};                ///< How often timeouts are looked for; each is late by two ticks at most.
};

/// Accepts connections and serves them with keep-alive. An idle connection holds no buffer. Every response with a body says
/// `X-Content-Type-Options: nosniff`.
///
/// A connection whose last answer was 4xx is read after all others that have something to say, until it gets a better answer;
/// one such request is served for each batch of others, so it is never forgotten. A flood of requests that are refused thus
/// hardly delays anybody else.
class HttpServer {
 public:
  struct Counters {
    std::size_t open_connections = 0;
    std::uint64_t accepted = 0;
    std::uint64_t refused = 0;        ///< Over max_connections, or the limit of their address.
    std::uint64_t bad_requests = 0;   ///< Refused by the codec.
    std::uint64_t refused_early = 0;  ///< Refused by the handler before their bodies were read.
  };

  HttpServer(Loop& loop, HttpHandler& handler, HttpServerOptions options);
  ~HttpServer();  ///< REQUIRES: `stop` has finished, or `listen` was never called.
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  /// Binds and starts accepting. Port 0 takes a free one; the result has the real one. May be called for several addresses.
  /// Errors: io, naming address and reason; invalid_config for unusable TLS files.
  Result<ListenAddress> listen(const ListenAddress& address);

  /// Stops accepting, closes idle connections, sends `Connection: close` with the responses still to come, waits at most
  /// `grace` for running exchanges, then cancels them (peer_gone) and closes their sockets. Returns when none is left.
  Task<void> stop(Milliseconds grace);

  [[nodiscard]] const Counters& counters() const;

 private:
  friend class ServerConnection;
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace gatehouse::net
