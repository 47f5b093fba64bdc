#pragma once
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/intrusive/list.hpp>

#include <gatehouse/base/task_group.hpp>
#include <gatehouse/identity/authenticator.hpp>
#include <gatehouse/mcp/call.hpp>
#include <gatehouse/net/http_server.hpp>
#include <gatehouse/net/timers.hpp>
#include <gatehouse/transport/session.hpp>
#include <gatehouse/transport/stream_log.hpp>

/// The server's side of Streamable HTTP, both eras on one path: sessions (2025-03-26 to 2025-11-25) and stateless (2026-07-28).
namespace gatehouse::transport {

/// Which clients are served. `both` is for everybody; the others make an endpoint that knows one era only.
enum class Eras { both, legacy, modern };

struct StreamableHttpOptions {
  Eras eras = Eras::both;
  // -- safety
  std::vector<std::string> allowed_hosts;    ///< Names for `Host` beside loopback names. "*" allows all.
  std::vector<std::string> allowed_origins;  ///< Values of `Origin` beside loopback origins. "*" allows all.
  std::size_t max_json_depth = 128;
  std::size_t max_batch = 100;
  std::size_t max_calls_per_session = 256;
  Sessions::Options sessions;
  Milliseconds keep_alive{20'000};  ///< Comment lines on quiet streams.
  /// An answer that takes longer becomes an event stream, for clients of 2025-11-25: such a stream survives its connection.
  Milliseconds stream_after{100};
  StreamLogLimits stream_logs;  ///< What is kept of the event streams of sessions.
  std::string via;              ///< Requests whose `Via` contains this are refused with 508; empty: none.
  std::string public_path;      ///< What a proxy puts in front of our paths, without a slash at its end: `/base`.
  /// Who sends a request; null: everybody is anonymous.
  std::shared_ptr<identity::Authenticator> authenticator;
};

/// One open event stream of a client, so that quiet ones get their keep-alive and shutdown can end them.
class OpenStream : public boost::intrusive::list_base_hook<> {
 public:
  /// `who` outlives it.
  OpenStream(net::HttpExchange& exchange, const mcp::Principal& who, boost::intrusive::list<OpenStream>& all)
      : exchange_(exchange), who_(who), all_(all) {
    all.push_back(*this);
  }
  ~OpenStream() { all_.erase(all_.iterator_to(*this)); }
  OpenStream(const OpenStream&) = delete;
  OpenStream& operator=(const OpenStream&) = delete;

  void keep_alive() { exchange_.push(": keep-alive\n\n"); }
  [[nodiscard]] const mcp::Principal& who() const { return who_; }
  Cancel closing;  ///< Requested by shutdown, by a newer stream of the same session, by the end of the session.

 private:
  net::HttpExchange& exchange_;
  const mcp::Principal& who_;
  boost::intrusive::list<OpenStream>& all_;
};

/// Ends the streams of those who may not stay (RS-99).
void end_streams_of_unwelcome(boost::intrusive::list<OpenStream>& streams, const identity::Authenticator& authenticator);

/// A response that may still become an event stream.
class UndecidedResponse
    : public boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
 public:
  /// Called every `stream_after`: the second time it has lasted long enough.
  virtual void decide(TimePoint now) = 0;

 protected:
  ~UndecidedResponse() = default;
};

/// One MCP endpoint. `serve` answers one HTTP exchange on its path; the owner of the HttpServer calls it.
class StreamableHttp {
 public:
  StreamableHttp(net::Loop& loop, mcp::Responder& responder, StreamableHttpOptions options);
  ~StreamableHttp();
  StreamableHttp(const StreamableHttp&) = delete;
  StreamableHttp& operator=(const StreamableHttp&) = delete;

  Task<void> serve(net::HttpExchange& exchange);

  [[nodiscard]] Sessions& sessions() { return sessions_; }
  [[nodiscard]] const Sessions& sessions() const { return sessions_; }
  [[nodiscard]] std::size_t open_streams() const { return streams_.size(); }
  /// Bytes of events that are kept for clients whose connection broke.
  [[nodiscard]] std::size_t kept_bytes() const { return logs_.bytes(); }
  /// Ends open streams gracefully: listen streams with their result, GET streams by closing. Calls go on.
  void end_streams();
  void set_options(StreamableHttpOptions options) {
    options_ = std::move(options);
    logs_.set_limits(options_.stream_logs);
    allowed_host_.clear();
  }  ///< After a reload; running exchanges keep theirs where it matters.

 private:
  Task<void> turn_away(net::HttpExchange& exchange, Error error);  ///< Before anything was read.
  Task<void> serve_page_of_browser(net::HttpExchange& exchange);
  Task<void> let_in(net::HttpExchange& exchange);
  Task<void> admit(net::HttpExchange& exchange, std::shared_ptr<identity::Authenticator> authenticator);
  Task<void> serve_as(net::HttpExchange& exchange, const mcp::Principal& who);
  Task<void> post(net::HttpExchange& exchange, const mcp::Principal& who);
  Task<void> refuse(net::HttpExchange& exchange, std::string_view id, const Error& error,
                    mcp::Revision revision = mcp::kLatest);
  // legacy_http.cpp
  Task<void> legacy_post(net::HttpExchange& exchange, const mcp::Principal& who, const mcp::Message& message);
  Task<void> initialize(net::HttpExchange& exchange, const mcp::Principal& who, const mcp::Message& message);
  Task<void> legacy_call(net::HttpExchange& exchange, const mcp::Principal& who, std::shared_ptr<Session> kept,
                         const mcp::Message& message);
  Task<void> legacy_message(net::HttpExchange& exchange, const mcp::Principal& who,
                            Result<std::shared_ptr<Session>> session, const mcp::Message& message);
  Task<void> batch(net::HttpExchange& exchange, const mcp::Principal& who);
  Task<mcp::Reply> answer_in_session(Session& session, const mcp::Call& call);
  Task<void> get(net::HttpExchange& exchange, const mcp::Principal& who);
  Task<void> remove(net::HttpExchange& exchange, const mcp::Principal& who);
  void may_become_stream(UndecidedResponse& response);
  // legacy_get.cpp
  Task<void> standalone_stream(net::HttpExchange& exchange, const mcp::Principal& who, Session& session,
                               StreamLogs::Place* place);
  Task<void> resume_response(net::HttpExchange& exchange, const mcp::Principal& who, StreamLogs::Place place);
  Result<std::shared_ptr<Session>> find_session(const net::HttpExchange& exchange, const mcp::Principal& who);
  /// The same for GET and DELETE, which only sessions have (GB-012).
  Result<std::shared_ptr<Session>> find_session_without_body(const net::HttpExchange& exchange,
                                                             const mcp::Principal& who);
  // modern_http.cpp
  Task<void> modern_post(net::HttpExchange& exchange, const mcp::Principal& who, const mcp::Message& message);

  void tick();
  void decide_slow();
  net::Loop& loop_;
  mcp::Responder& responder_;
  StreamableHttpOptions options_;
  std::string allowed_host_;  // the `Host` that these options allowed last
  StreamLogTable logs_;
  Sessions sessions_;
  boost::intrusive::list<OpenStream> streams_;
  boost::intrusive::list<UndecidedResponse, boost::intrusive::constant_time_size<false>> undecided_;
  net::Timer ticker_, slow_ticker_;
  TimePoint last_keep_alive_;
};

/// Headers of the responses this endpoint sends.
inline constexpr std::string_view kJsonType = "application/json";
inline constexpr std::string_view kEventStreamType = "text/event-stream";

}  // namespace gatehouse::transport
