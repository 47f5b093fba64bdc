#pragma once
#include <string>
#include <string_view>

#include <boost/unordered/unordered_flat_map.hpp>

#include <gatehouse/transport/streamable_http.hpp>

/// The server's side of HTTP+SSE, for clients of 2024-11-05 and for newer ones that still use it. Always sessions.
/// Rule: 2024-11-05 basic/transports, "HTTP with SSE"; gateway rules GB-016, GB-108.
namespace gatehouse::transport {

/// Where an endpoint's HTTP+SSE is: `<endpoint>/sse` for the stream, `<endpoint>/messages` for what clients send.
struct HttpSsePaths {
  std::string stream, messages;
  [[nodiscard]] static HttpSsePaths below(std::string_view endpoint);
};

/// A GET of the stream opens a connection: its first event, `endpoint`, names the address for POSTs, with an id of 128 random bits.
/// A POST that is taken gets 202; everything else comes on the stream. The session of a connection begins with `initialize`, has any
/// legacy revision, and ends with the stream (TR-309): calls that run then are cancelled after a moment. Unknown ids get 404.
class HttpSse {
 public:
  /// `sessions` (those of the endpoint) gets its sessions, too; it bounds them, and connections without one as well.
  HttpSse(net::Loop& loop, mcp::Responder& responder, Sessions& sessions, StreamableHttpOptions options,
          HttpSsePaths paths);
  ~HttpSse();  ///< REQUIRES: nothing is being served.
  HttpSse(const HttpSse&) = delete;
  HttpSse& operator=(const HttpSse&) = delete;

  [[nodiscard]] bool has(std::string_view path) const { return path == paths_.stream || path == paths_.messages; }
  /// Answers one exchange. REQUIRES: has(exchange.head().path()).
  Task<void> serve(net::HttpExchange& exchange);

  [[nodiscard]] std::size_t open_streams() const { return streams_.size(); }
  /// Ends connections gracefully: new requests are refused, running calls are answered, then the stream ends.
  void end_streams();
  void set_options(StreamableHttpOptions options) {
    options_ = std::move(options);
    allowed_host_.clear();
  }

 private:
  class Connection;
  Task<void> let_in(net::HttpExchange& exchange);
  Task<void> admit(net::HttpExchange& exchange, std::shared_ptr<identity::Authenticator> authenticator);
  Task<void> serve_as(net::HttpExchange& exchange, const mcp::Principal& who);
  Task<void> open(net::HttpExchange& exchange, const mcp::Principal& who);
  Task<void> message(net::HttpExchange& exchange, const mcp::Principal& who);
  [[nodiscard]] Connection* find(std::string_view query) const;
  void tick();

  net::Loop& loop_;
  mcp::Responder& responder_;
  Sessions& sessions_;
  StreamableHttpOptions options_;
  std::string allowed_host_;  // the `Host` that these options allowed last
  HttpSsePaths paths_;
  boost::unordered_flat_map<std::string_view, Connection*> connections_;  // keys are the connections' own ids
  boost::intrusive::list<OpenStream> streams_;
  net::Timer ticker_;
  TimePoint last_keep_alive_;
};

}  // namespace gatehouse::transport
