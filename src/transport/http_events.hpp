#pragma once
#include <deque>
#include <memory>
#include <optional>
#include <string>

#include <gatehouse/mcp/call.hpp>
#include <gatehouse/net/http_server.hpp>
#include <gatehouse/transport/render.hpp>
#include <gatehouse/transport/session.hpp>
#include <gatehouse/transport/stream_log.hpp>
#include <gatehouse/transport/streamable_http.hpp>

namespace gatehouse::transport {

/// Which of the two forms of an answer the client takes.
struct AcceptedForms {
  bool json = true, stream = true;
};
[[nodiscard]] AcceptedForms accepted_forms(const net::RequestHead& head);

/// Opens the event stream of a response. False: the connection is gone.
[[nodiscard]] bool begin_events(net::HttpExchange& exchange);
/// The first event of a stream: an id to come back with, and when to do so (TR-421, TR-422).
[[nodiscard]] std::string priming_event(const StreamLog& log);
inline constexpr std::string_view kRetryEvent = "retry: 1000\n\n";

/// The response to one POST. It stays undecided between one JSON object and an event stream until something has to go out
/// before the answer (TR-426). Events of a session are kept, so that another connection can go on where this one broke.
class HttpEvents final : public mcp::Events, public MessageSink, public UndecidedResponse, StreamLog::Writer {
 public:
  struct Shared {
    boost::intrusive::list<OpenStream>& open;
    StreamLogTable& logs;
  };
  /// `session` is null for stateless clients. `request_id`: raw token; empty: the stream cannot be resumed.
  HttpEvents(net::HttpExchange& exchange, Shared shared, const mcp::Principal& who, Session* session,
             std::string_view request_id = {});
  ~HttpEvents();

  void notify(std::string_view method, const json::Splice& params) override;
  [[nodiscard]] bool has_room() const override;
  Task<mcp::Reply> ask(std::string_view method, const json::Splice& params, Cancel& cancel) override;
  bool deliver(const json::Pieces& message) override;
  void decide(TimePoint now) override;

  /// Opens the event stream now.
  bool open();
  [[nodiscard]] bool is_open() const { return stream_.has_value(); }
  [[nodiscard]] Cancel& closing() { return stream_->closing; }  ///< REQUIRES: is_open().
  /// Sends the final message and ends the response. `error`: what it says, if it says one; it may need headers of its own.
  Task<Result<void>> finish(const Rendered& message, const Error* error = nullptr);
  /// The same for the answers of a batch: one array, or one event each.
  Task<void> finish_batch(const std::deque<Rendered>& messages);

 private:
  void more() override {}
  void taken_over() override {}
  Task<Result<void>> finish_stream(const Rendered& message);
  Task<Result<void>> finish_kept(const Rendered& message);
  Task<Result<void>> finish_refused(const Rendered& message, const Error& error);

  net::HttpExchange& exchange_;
  Shared shared_;
  const mcp::Principal& who_;
  Session* session_;
  std::string_view request_id_;
  AcceptedForms forms_;
  TimePoint begun_{};
  std::optional<OpenStream> stream_;
  std::shared_ptr<StreamLog> log_;  // null: nothing is kept
};

}  // namespace gatehouse::transport
