#include <gatehouse/transport/http_sse.hpp>

#include <array>

#include <gatehouse/transport/cors.hpp>
#include <gatehouse/transport/render.hpp>

#include "src/transport/http_checks.hpp"
#include "src/transport/http_sse_connection.hpp"

namespace gatehouse::transport {
namespace {

constexpr Milliseconds kTick{1000};
constexpr int kServiceUnavailable = 503;

Task<void> refuse(net::HttpExchange& exchange, std::string_view id, Error error, std::string_view allow,
                  int status = 0) {
  const Rendered message(id, error, mcp::kLatestLegacy);
  if (status == 0) status = message.http_status();
  const ErrorHeaders headers(error, status, allow);
  (void)co_await exchange.respond(status, headers.all(), message.pieces());
}

}  // namespace

HttpSsePaths HttpSsePaths::below(std::string_view endpoint) {
  const std::string base(endpoint == "/" ? std::string_view() : endpoint);
  return {.stream = base + "/sse", .messages = base + "/messages"};
}

HttpSse::HttpSse(net::Loop& loop, mcp::Responder& responder, Sessions& sessions, StreamableHttpOptions options,
                 HttpSsePaths paths)
    : loop_(loop),
      responder_(responder),
      sessions_(sessions),
      options_(std::move(options)),
      paths_(std::move(paths)),
      ticker_(loop.timers()),
      last_keep_alive_(Clock::now()) {
  ticker_.arm(kTick, [this] { tick(); });
}

HttpSse::~HttpSse() = default;

void HttpSse::tick() {
  ticker_.arm(kTick, [this] { tick(); });
  const TimePoint now = Clock::now();
  for (const auto& [id, connection] : connections_) connection->expire(now);
  if (options_.authenticator) end_streams_of_unwelcome(streams_, *options_.authenticator);
  if (now - last_keep_alive_ < options_.keep_alive) return;
  last_keep_alive_ = now;
  for (OpenStream& stream : streams_) stream.keep_alive();
}

void HttpSse::end_streams() {
  for (OpenStream& stream : streams_) stream.closing.request(CancelReason::shutting_down);
}

Task<void> HttpSse::serve(net::HttpExchange& exchange) {
  if (auto allowed = check_access(exchange.head(), options_, allowed_host_); !allowed) {
    co_await refuse(exchange, {}, std::move(allowed.error()), {});
  } else if (!exchange.head().find("Origin")) {
    co_await let_in(exchange);
  } else {
    CorsExchange readable(exchange);
    if (readable.is_preflight()) {
      co_await readable.answer_preflight();
    } else {
      co_await let_in(readable);
    }
  }
}

Task<void> HttpSse::let_in(net::HttpExchange& exchange) {
  if (options_.authenticator) return admit(exchange, options_.authenticator);
  return serve_as(exchange, *mcp::anonymous());
}

Task<void> HttpSse::admit(net::HttpExchange& exchange, std::shared_ptr<identity::Authenticator> authenticator) {
  std::optional<identity::Verdict> verdict = authenticator->known(exchange);
  if (!verdict) verdict = co_await authenticator->authenticate(exchange);
  if (!*verdict) {
    const std::string_view id = id_for_refusal(exchange.body(), options_.max_json_depth);
    co_return co_await refuse(exchange, id, std::move(verdict->error()), {});
  }
  const std::shared_ptr<const mcp::Principal> who = std::move(**verdict);
  co_await serve_as(exchange, *who);
}

Task<void> HttpSse::serve_as(net::HttpExchange& exchange, const mcp::Principal& who) {
  const net::RequestHead& head = exchange.head();
  const bool is_stream = head.path() == paths_.stream;
  if (is_stream && head.method == "GET") {
    co_await open(exchange, who);
  } else if (!is_stream && head.method == "POST") {
    co_await message(exchange, who);
  } else {
    Error error{Kind::method_not_allowed, Origin::client,
                is_stream ? "This is an event stream: open it with GET." : "Send messages with POST."};
    co_await refuse(exchange, {}, std::move(error), is_stream ? "GET" : "POST");
  }
}

Task<void> HttpSse::open(net::HttpExchange& exchange, const mcp::Principal& who) {
  if (!net::accepts(exchange.head().value("Accept"), kEventStreamType)) {
    Error error{Kind::not_acceptable, Origin::client, "Accept has to list text/event-stream."};
    co_return co_await refuse(exchange, {}, std::move(error), {});
  }
  if (connections_.size() >= options_.sessions.max_sessions) {
    Error error{Kind::limit_exceeded, Origin::gateway, "Too many connections are open; try again later."};
    co_return co_await refuse(exchange, {}, std::move(error), {}, kServiceUnavailable);
  }
  const std::array headers = {net::Header{"Content-Type", kEventStreamType}, net::Header{"Cache-Control", "no-cache"},
                              net::Header{"X-Accel-Buffering", "no"}};
  if (!exchange.begin_stream(200, headers)) co_return;
  Connection connection(*this, exchange, who);
  co_await connection.live();
}

HttpSse::Connection* HttpSse::find(std::string_view query) const {
  while (!query.empty()) {
    const std::string_view part = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(query.size(), part.size() + 1));
    if (!part.starts_with("c=")) continue;
    const auto found = connections_.find(part.substr(2));
    return found == connections_.end() ? nullptr : found->second;
  }
  return nullptr;
}

Task<void> HttpSse::message(net::HttpExchange& exchange, const mcp::Principal& who) {
  const std::string_view target = exchange.head().target;
  Connection* connection =
      find(target.substr(std::min(target.size(), target.find('?')) + (target.contains('?') ? 1 : 0)));
  std::string id;
  Result<void> taken = check_body_type(exchange.head());
  if (taken && (!connection || !connection->belongs_to(who))) {
    taken = fail(Kind::session_not_found, Origin::client,
                 "No such connection: open the event stream again and start with initialize.");
  }
  if (taken) taken = connection->take(exchange.body(), who, id);
  if (!taken) co_return co_await refuse(exchange, id, std::move(taken.error()), {});
  (void)co_await exchange.respond(202, {}, {});
}

}  // namespace gatehouse::transport
