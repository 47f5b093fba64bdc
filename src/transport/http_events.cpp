#include "src/transport/http_events.hpp"

#include <array>

#include <gatehouse/json/value.hpp>
#include <gatehouse/net/sse.hpp>
#include <gatehouse/transport/streamable_http.hpp>

namespace gatehouse::transport {

AcceptedForms accepted_forms(const net::RequestHead& head) {
  const std::string_view accept = head.value("Accept");
  if (accept == "application/json, text/event-stream") return {};  // what nearly everybody sends
  return {.json = net::accepts(accept, kJsonType), .stream = net::accepts(accept, kEventStreamType)};
}

HttpEvents::HttpEvents(net::HttpExchange& exchange, Session* session)
    : exchange_(exchange), session_(session), forms_(accepted_forms(exchange.head())) {}

bool HttpEvents::open() {
  if (open_ || !forms_.stream) return open_;
  const std::array headers = {net::Header{"Content-Type", kEventStreamType}, net::Header{"Cache-Control", "no-cache"},
                              net::Header{"X-Accel-Buffering", "no"}};
  open_ = exchange_.begin_stream(200, headers).has_value();
  return open_;
}

bool HttpEvents::deliver(const json::Pieces& message) {
  if (!open()) return false;
  std::string event;
  net::append_sse_event(event, message);
  return exchange_.push(event);
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

Task<void> HttpEvents::finish(const Rendered& message) {
  if (!open_ && !forms_.json) open();
  if (open_) {
    std::string event;
    net::append_sse_event(event, message.pieces());
    const json::Pieces last(1, event);
    (void)co_await exchange_.end_stream(last);
    co_return;
  }
  const std::array headers = {net::Header{"Content-Type", kJsonType}};
  (void)co_await exchange_.respond(message.http_status(), headers, message.pieces());
}

Task<void> HttpEvents::finish_batch(const std::deque<Rendered>& messages) {
  if (!forms_.json) open();
  if (open_) {
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
