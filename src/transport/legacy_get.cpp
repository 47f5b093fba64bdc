// Streams that sessions open with GET: their own one, and responses whose connection broke (2025-03-26 to 2025-11-25).
#include <gatehouse/json/value.hpp>
#include <gatehouse/jsonrpc/message.hpp>
#include <gatehouse/net/sse.hpp>
#include <gatehouse/transport/mirrored_headers.hpp>
#include <gatehouse/transport/streamable_http.hpp>

#include "src/transport/http_events.hpp"

namespace gatehouse::transport {
namespace {

/// The standalone stream of a session on a GET response.
class GetStream final : public MessageSink {
 public:
  GetStream(net::HttpExchange& exchange, StreamLog& log, Signal& over) : exchange_(exchange), log_(log), over_(over) {}

  bool deliver(const json::Pieces& message) override {
    std::string text, event;
    for (const std::string_view piece : message) text += piece;
    net::append_sse_event(event, text, log_.event_id(log_.last() + 1));
    if (!exchange_.push(event)) {
      stuck_ = true;  // the client comes back and gets the rest, this message included
      over_.notify();
      return false;
    }
    log_.sent(log_.append(std::move(text)));
    return true;
  }
  [[nodiscard]] bool is_stuck() const { return stuck_; }

 private:
  net::HttpExchange& exchange_;
  StreamLog& log_;
  Signal& over_;
  bool stuck_ = false;
};

/// Waits for news of a response stream.
class Reader final : public StreamLog::Writer {
 public:
  explicit Reader(StreamLog& log) : log_(log) { log.attach(*this); }
  ~Reader() { log_.detach(*this); }
  void more() override { changed.notify(); }
  void taken_over() override {
    over = true;
    changed.notify();
  }
  Signal changed;
  bool over = false;

 private:
  StreamLog& log_;
};

/// Sends what is kept behind `number` and moves it on. False: the connection takes no more.
bool replay(net::HttpExchange& exchange, StreamLog& log, std::uint64_t& number) {
  for (std::uint64_t next = log.next_kept(number); next <= log.last(); next = log.next_kept(number)) {
    std::string event;
    net::append_sse_event(event, *log.event(next), log.event_id(next));
    if (!exchange.push(event)) return false;
    number = next;
    log.sent(number);
  }
  return true;
}

std::string answer_is_gone(const StreamLog& log) {
  const Error error{Kind::state_lost, Origin::gateway, "The answer to this request is not kept any more."};
  const Rendered message(log.request_id(), error, mcp::kLatestLegacy);
  std::string event;
  net::append_sse_event(event, message.pieces());
  return event;
}

Error unknown_place() {
  return {Kind::invalid_request, Origin::client,
          "Last-Event-ID is no event of this session that is still known: open the stream without it."};
}

}  // namespace

Task<void> StreamableHttp::get(net::HttpExchange& exchange, const mcp::Principal& who) {
  auto session = find_session_without_body(exchange, who);
  if (!session) co_return co_await refuse(exchange, {}, session.error(), mcp::kLatestLegacy);
  if (!net::accepts(exchange.head().value("Accept"), kEventStreamType)) {
    co_return co_await refuse(exchange, {},
                              {Kind::not_acceptable, Origin::client, "Accept has to list text/event-stream."},
                              mcp::kLatestLegacy);
  }
  const std::string_view last_event = exchange.head().value(kLastEventHeader);
  if (last_event.empty()) co_return co_await standalone_stream(exchange, who, **session, nullptr);
  const StreamLogs* streams = (*session)->streams();
  auto place = streams ? streams->find(last_event) : std::nullopt;
  if (!place) co_return co_await refuse(exchange, {}, unknown_place(), mcp::kLatestLegacy);  // never 404 (GB-371 d)
  if (place->stream->kind() == StreamLog::Kind::standalone) {
    co_await standalone_stream(exchange, who, **session, &*place);
  } else {
    co_await resume_response(exchange, who, std::move(*place));
  }
}

/// `place`: where the client was; null: it opens a new stream.
Task<void> StreamableHttp::standalone_stream(net::HttpExchange& exchange, const mcp::Principal& who, Session& session,
                                             StreamLogs::Place* place) {
  const auto keep = session.shared_from_this();
  if (!begin_events(exchange)) co_return;
  OpenStream open(exchange, who, streams_);
  Signal over;
  const Cancel::Hook gone(exchange.peer_gone(), [&over] { over.notify(); });
  const Cancel::Hook closing(open.closing, [&over] { over.notify(); });
  std::shared_ptr<StreamLog> log;
  bool complete = true, missed = false;
  if (place) {
    log = place->stream;
    missed = place->number < log->last() && log->next_kept(place->number) != place->number + 1;
    complete = replay(exchange, *log, place->number);
  } else {
    log = session.streams(logs_).open(StreamLog::Kind::standalone, {}, Clock::now());
    if (mcp::has_priming_event(session.revision())) exchange.push(priming_event(*log));
  }
  log->unlink();
  GetStream stream(exchange, *log, over);
  exchange.forget_request();
  if (complete) {
    session.attach(stream, open.closing);
    if (missed) responder_.events_missed(session.id());
    while (!stream.is_stuck() && !exchange.peer_gone().requested() && !open.closing.requested()) co_await over.wait();
    session.detach(stream);
  }
  log->rest(Clock::now());
  sessions_.touch(session, Clock::now());
  if (open.closing.reason() == CancelReason::shutting_down) exchange.push(kRetryEvent);
  (void)co_await exchange.end_stream();
}

/// Goes on with the response to a POST: what followed the last event that the client saw, then what is still to come.
Task<void> StreamableHttp::resume_response(net::HttpExchange& exchange, const mcp::Principal& who,
                                           StreamLogs::Place place) {
  if (!begin_events(exchange)) co_return;
  OpenStream open(exchange, who, streams_);
  StreamLog& log = *place.stream;
  Reader reader(log);
  const Cancel::Hook gone(exchange.peer_gone(), [&reader] { reader.changed.notify(); });
  const Cancel::Hook closing(open.closing, [&reader] { reader.changed.notify(); });
  exchange.forget_request();
  while (!reader.over && !exchange.peer_gone().requested() && !open.closing.requested()) {
    if (!replay(exchange, log, place.number) || log.ended()) break;
    co_await reader.changed.wait();
  }
  const bool lost =
      log.ended() && !reader.over && place.number < log.last() && log.next_kept(place.number) > log.last();
  if (lost) exchange.push(answer_is_gone(log));
  (void)co_await exchange.end_stream();
}

}  // namespace gatehouse::transport
