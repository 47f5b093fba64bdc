#include "src/transport/http_events.hpp"

#include <array>

#include <gatehouse/json/value.hpp>
#include <gatehouse/net/sse.hpp>

#include "src/transport/http_checks.hpp"

namespace gatehouse::transport {

AcceptedForms accepted_forms(const net::RequestHead& head) {
  const std::string_view accept = head.value("Accept");
  if (accept == "application/json, text/event-stream") return {};  // what nearly everybody sends
  return {.json = net::accepts(accept, kJsonType), .stream = net::accepts(accept, kEventStreamType)};
}

bool begin_events(net::HttpExchange& exchange) {
  const std::array headers = {net::Header{"Content-Type", kEventStreamType}, net::Header{"Cache-Control", "no-cache"},
                              net::Header{"X-Accel-Buffering", "no"}};
  return exchange.begin_stream(200, headers).has_value();
}

std::string priming_event(const StreamLog& log) { return "id: " + log.event_id(0) + "\nretry: 1000\ndata: \n\n"; }

HttpEvents::HttpEvents(net::HttpExchange& exchange, Shared shared, const mcp::Principal& who, Session* session,
                       std::string_view request_id)
    : exchange_(exchange),
      shared_(shared),
      who_(who),
      session_(session),
      request_id_(request_id),
      forms_(accepted_forms(exchange.head())) {}

HttpEvents::~HttpEvents() {
  if (log_) log_->detach(*this);
}

bool HttpEvents::open() {
  if (stream_ || !forms_.stream) return is_open();
  unlink();
  if (!begin_events(exchange_)) return false;
  stream_.emplace(exchange_, who_, shared_.open);
  if (!session_ || request_id_.empty()) return true;
  log_ = session_->streams(shared_.logs).open(StreamLog::Kind::response, request_id_, Clock::now());
  log_->attach(*this);
  if (mcp::has_priming_event(session_->revision())) exchange_.push(priming_event(*log_));
  return true;
}

void HttpEvents::decide(TimePoint now) {
  if (begun_ == TimePoint{}) {
    begun_ = now;  // seen for the first time
  } else {
    open();
  }
}

bool HttpEvents::has_room() const {
  constexpr std::size_t kMuch = 1u << 20;
  return exchange_.queued_bytes() < kMuch;
}

bool HttpEvents::deliver(const json::Pieces& message) {
  if (!open()) return false;
  std::string event;
  if (!log_) {
    net::append_sse_event(event, message);
    return exchange_.push(event);
  }
  std::string text;
  for (const std::string_view piece : message) text += piece;
  net::append_sse_event(event, text, log_->event_id(log_->last() + 1));
  const std::uint64_t number = log_->append(std::move(text));
  if (log_->is_attached(*this) && exchange_.push(event)) log_->sent(number);
  return true;  // whoever comes back gets it
}

void HttpEvents::notify(std::string_view method, const json::Splice& params) {
  const std::string head = R"({"jsonrpc":"2.0","method":)" + json::quoted(method) + R"(,"params":)";
  json::Pieces message{head};
  params.append_to(message);
  message.push_back("}");
  deliver(message);
}

Task<mcp::Reply> HttpEvents::ask(std::string_view method, const json::Splice& params, Cancel& cancel) {
  if (!session_)
    co_return fail(Kind::not_bridgeable, Origin::client, "A stateless client cannot be asked while its request runs.");
  co_return co_await session_->ask(*this, method, params, cancel);
}

Task<Result<void>> HttpEvents::finish(const Rendered& message, const Error* error) {
  unlink();
  if (error && !is_open() && message.http_status() != 200) return finish_refused(message, *error);
  if (!is_open() && !forms_.json) open();
  if (log_) return finish_kept(message);
  if (is_open()) return finish_stream(message);
  static constexpr std::array headers = {net::Header{"Content-Type", kJsonType}};
  return exchange_.respond(message.http_status(), headers, message.pieces());
}

/// An HTTP status of its own cannot be said in a stream, whatever the client accepts (RS-31).
Task<Result<void>> HttpEvents::finish_refused(const Rendered& message, const Error& error) {
  const ErrorHeaders headers(error, message.http_status());
  co_return co_await exchange_.respond(message.http_status(), headers.all(), message.pieces());
}

Task<Result<void>> HttpEvents::finish_stream(const Rendered& message) {
  std::string event;
  net::append_sse_event(event, message.pieces());
  const json::Pieces last(1, event);
  co_return co_await exchange_.end_stream(last);
}

Task<Result<void>> HttpEvents::finish_kept(const Rendered& message) {
  std::string event;
  net::append_sse_event(event, message.pieces(), log_->event_id(log_->last() + 1));
  std::uint64_t number = 0;
  if (log_->fits(message.size())) {
    std::string text;
    text.reserve(message.size());
    for (const std::string_view piece : message.pieces()) text += piece;
    number = log_->append(std::move(text));
  } else {
    number = log_->skip();
  }
  const bool mine = log_->is_attached(*this);
  log_->end(Clock::now());
  json::Pieces last;
  if (mine) last.push_back(event);
  const auto sent = co_await exchange_.end_stream(last);
  if (mine && sent) log_->sent(number);
  co_return sent;
}

Task<void> HttpEvents::finish_batch(const std::deque<Rendered>& messages) {
  if (!forms_.json) open();
  if (is_open()) {
    std::string events;
    for (const Rendered& message : messages) net::append_sse_event(events, message.pieces());
    const json::Pieces last(1, events);
    (void)co_await exchange_.end_stream(last);
    co_return;
  }
  json::Pieces body;
  for (const Rendered& message : messages) {
    body.push_back(body.empty() ? "[" : ",");
    body.insert(body.end(), message.pieces().begin(), message.pieces().end());
  }
  body.push_back("]");
  const std::array headers = {net::Header{"Content-Type", kJsonType}};
  (void)co_await exchange_.respond(200, headers, body);
}

}  // namespace gatehouse::transport
