#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include <gatehouse/base/buffer.hpp>
#include <gatehouse/base/cancel.hpp>
#include <gatehouse/base/task.hpp>
#include <gatehouse/base/time.hpp>
#include <gatehouse/json/splice.hpp>
#include <gatehouse/net/http1.hpp>
#include <gatehouse/net/loop.hpp>
#include <gatehouse/net/url.hpp>

namespace gatehouse::net {

struct HttpClientOptions {
  // -- safety
  HeadLimits head;
  Milliseconds connect_timeout{5'000};  ///< Name look-up, TCP and TLS together.
  std::size_t max_connections_per_origin = 4096;
  bool verify_tls = true;
  std::string ca_file;  ///< PEM; empty: the system's.
  /// For addresses that others named: a name of which any address is not of the public Internet is not connected to (SB-32). What was
  /// checked is what is connected to: names are looked up once.
  bool public_addresses_only = false;
  // -- speed
  std::size_t max_idle_per_origin = 512;
  Milliseconds idle_timeout{60'000};     ///< Idle pooled connections older than this are closed.
  std::size_t buffer_bytes = 16 * 1024;  ///< Read buffer; bodies known to be larger are read straight into their own.
};

struct HttpRequest {
  std::string_view method = "POST";
  std::string_view fixed_headers;   ///< Ready-made lines, each with CRLF: `Accept: …\r\n`. Host and framing are added.
  std::span<const Header> headers;  ///< Checked: a value that is no field value is refused (header injection).
  const json::Pieces* body = nullptr;  ///< Null: no body.
  Milliseconds connect_timeout{0};     ///< If a connection has to be made; 0: as the client's options say.
};

class ClientConnection;

/// A response that is being read. Destroying it returns the connection to the pool if the body was read to its end,
/// and closes the connection otherwise. May outlive its client.
class HttpReply {
 public:
  [[nodiscard]] int status() const;
  /// Empty if absent. The view is good until the next `body` or `read`; ask again after it.
  [[nodiscard]] std::string_view header(std::string_view name) const;
  [[nodiscard]] std::string_view media_type() const;

  /// The whole body. Errors (origin upstream): too_large, connection_lost, bad_reply; or cancelled / timed_out.
  /// The connection is closed then.
  Task<Result<Buffer>> body(std::size_t max_bytes, Cancel& cancel);
  /// The next decoded bytes, valid until the next call; empty at the end. Errors as above. While it waits for an open stream,
  /// no read buffer is held.
  Task<Result<std::string_view>> read(Cancel& cancel);

 private:
  friend class HttpClient;
  struct Finish {
    void operator()(ClientConnection* connection) const;
  };
  explicit HttpReply(ClientConnection* connection) : connection_(connection) {}
  std::unique_ptr<ClientConnection, Finish> connection_;
};

/// Sends requests over pooled keep-alive connections. One per loop. A pooled connection that the server closed is noticed
/// while it is idle and never handed out. No redirects are followed, no cookies kept.
class HttpClient {
 public:
  struct Counters {
    std::size_t open_connections = 0;
    std::size_t idle_connections = 0;
    std::uint64_t connects = 0;
  };

  HttpClient(Loop& loop, HttpClientOptions options);
  ~HttpClient();  ///< REQUIRES: no `send` is running.
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  /// Sends the request and returns when the response head arrived (1xx are skipped).
  /// Errors, all origin upstream: unavailable (nothing was sent: refused, no route, name unknown, TLS failed, connect timeout,
  /// too many connections; the request did not run), outcome_unknown (bytes were sent, no head came), bad_reply, too_large; or
  /// cancelled (origin client) / timed_out. Origin gateway: invalid_request (a header field with a line break),
  /// invalid_config (unusable TLS authorities).
  Task<Result<HttpReply>> send(const Url& url, const HttpRequest& request, Cancel& cancel);

  [[nodiscard]] const Counters& counters() const;
  void close_idle();  ///< Closes every pooled connection.

 private:
  friend class ClientConnection;
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace gatehouse::net
