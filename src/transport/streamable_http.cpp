#include <gatehouse/transport/streamable_http.hpp>

#include <array>

#include <gatehouse/base/wall_clock.hpp>
#include <gatehouse/transport/cors.hpp>
#include <gatehouse/transport/mirrored_headers.hpp>
#include <gatehouse/transport/modern.hpp>
#include <gatehouse/transport/render.hpp>

#include "src/transport/http_checks.hpp"
#include "src/transport/http_events.hpp"

namespace gatehouse::transport {
namespace {

constexpr Milliseconds kTick{1000};

Result<void> check_media(const net::RequestHead& head) {
  if (auto type = check_body_type(head); !type) return type;
  const AcceptedForms forms = accepted_forms(head);
  if (!forms.json && !forms.stream) {
    return fail(Kind::not_acceptable, Origin::client, "Accept has to list application/json and text/event-stream.");
  }
  return {};
}

/// Era of a POST. Rule: gateway rule GB 2.1 from 2026-07-28 basic/versioning, "Backward compatibility".
bool is_modern_request(const net::RequestHead& head, const mcp::Message& message, Eras served) {
  if (served != Eras::both) return served == Eras::modern;
  if (message.params.meta.protocol_version.data() && message.rpc.type == jsonrpc::Type::request) return true;
  const net::Header* version = head.find(kVersionHeader);
  return version && mcp::looks_modern(version->value);
}

}  // namespace

StreamableHttp::StreamableHttp(net::Loop& loop, mcp::Responder& responder, StreamableHttpOptions options)
    : loop_(loop),
      responder_(responder),
      options_(std::move(options)),
      logs_(options_.stream_logs),
      sessions_(options_.sessions),
      ticker_(loop.timers()),
      slow_ticker_(loop.timers()),
      last_keep_alive_(Clock::now()) {
  sessions_.on_end([this](std::string_view id) { responder_.session_ended(id); });
  ticker_.arm(kTick, [this] { tick(); });
}

StreamableHttp::~StreamableHttp() { sessions_.end_all(); }

void StreamableHttp::tick() {
  ticker_.arm(kTick, [this] { tick(); });
  const TimePoint now = Clock::now();
  sessions_.expire(now);
  logs_.expire(now);
  if (options_.authenticator) end_streams_of_unwelcome(streams_, *options_.authenticator);
  if (now - last_keep_alive_ < options_.keep_alive) return;
  last_keep_alive_ = now;
  for (OpenStream& stream : streams_) stream.keep_alive();
}

void StreamableHttp::may_become_stream(UndecidedResponse& response) {
  undecided_.push_back(response);
  if (!slow_ticker_.armed()) slow_ticker_.arm(options_.stream_after, [this] { decide_slow(); });
}

void StreamableHttp::decide_slow() {
  std::vector<UndecidedResponse*> waiting;
  for (UndecidedResponse& one : undecided_) waiting.push_back(&one);
  const TimePoint now = Clock::now();
  for (UndecidedResponse* one : waiting) one->decide(now);
  if (!undecided_.empty()) slow_ticker_.arm(options_.stream_after, [this] { decide_slow(); });
}

void end_streams_of_unwelcome(boost::intrusive::list<OpenStream>& streams,
                              const identity::Authenticator& authenticator) {
  const auto now = wall_clock();
  for (OpenStream& stream : streams) {
    if (!authenticator.still_good(stream.who(), now)) stream.closing.request(CancelReason::not_welcome);
  }
}

void StreamableHttp::end_streams() {
  for (OpenStream& stream : streams_) stream.closing.request(CancelReason::shutting_down);
}

Task<void> StreamableHttp::refuse(net::HttpExchange& exchange, std::string_view id, const Error& error,
                                  mcp::Revision revision) {
  const Rendered message(id, error, revision);
  const ErrorHeaders headers(error, message.http_status(), "POST");
  (void)co_await exchange.respond(message.http_status(), headers.all(), message.pieces());
}

Task<void> StreamableHttp::serve(net::HttpExchange& exchange) {
  const net::RequestHead& head = exchange.head();
  auto allowed = check_access(head, options_, allowed_host_);
  if (!allowed) return turn_away(exchange, std::move(allowed.error()));
  return head.find("Origin") ? serve_page_of_browser(exchange) : let_in(exchange);
}

Task<void> StreamableHttp::serve_page_of_browser(net::HttpExchange& exchange) {
  CorsExchange readable(exchange);
  if (readable.is_preflight()) {
    co_await readable.answer_preflight();
  } else {
    co_await let_in(readable);
  }
}

Task<void> StreamableHttp::let_in(net::HttpExchange& exchange) {
  if (options_.authenticator) return admit(exchange, options_.authenticator);
  return serve_as(exchange, *mcp::anonymous());
}

/// Nothing of a message is looked at before its sender is known.
Task<void> StreamableHttp::admit(net::HttpExchange& exchange, std::shared_ptr<identity::Authenticator> authenticator) {
  std::optional<identity::Verdict> verdict = authenticator->known(exchange);
  if (!verdict) verdict = co_await authenticator->authenticate(exchange);
  if (!*verdict) {
    const std::string_view id = id_for_refusal(exchange.body(), options_.max_json_depth);
    co_return co_await refuse(exchange, id, verdict->error());
  }
  const std::shared_ptr<const mcp::Principal> who = std::move(**verdict);
  co_await serve_as(exchange, *who);
}

Task<void> StreamableHttp::serve_as(net::HttpExchange& exchange, const mcp::Principal& who) {
  const std::string_view method = exchange.head().method;
  if (method == "POST") return post(exchange, who);
  if (method == "GET" && options_.eras != Eras::modern) return get(exchange, who);
  if (method == "DELETE" && options_.eras != Eras::modern) return remove(exchange, who);
  return turn_away(exchange, {Kind::method_not_allowed, Origin::client, "Send MCP messages with POST."});
}

Task<void> StreamableHttp::turn_away(net::HttpExchange& exchange, Error error) { co_await refuse(exchange, {}, error); }

Task<void> StreamableHttp::post(net::HttpExchange& exchange, const mcp::Principal& who) {
  if (auto media = check_media(exchange.head()); !media) co_return co_await refuse(exchange, {}, media.error());
  if (jsonrpc::is_batch(exchange.body()) && options_.eras != Eras::modern) co_return co_await batch(exchange, who);
  std::string_view id;
  const auto message = mcp::read_message(exchange.body(), options_.max_json_depth, &id);
  if (!message) {
    const net::Header* version = exchange.head().find(kVersionHeader);
    const bool modern = version && mcp::looks_modern(version->value);
    co_return co_await refuse(exchange, id, message.error(), modern ? mcp::kLatest : mcp::kLatestLegacy);
  }
  if (options_.eras == Eras::modern && message->method == mcp::Method::initialize) {
    co_return co_await refuse(exchange, id, check_modern_method(*message).error());  // names the versions (TR-603)
  }
  if (is_modern_request(exchange.head(), *message, options_.eras)) {
    co_await modern_post(exchange, who, *message);
  } else {
    co_await legacy_post(exchange, who, *message);
  }
}

}  // namespace gatehouse::transport
