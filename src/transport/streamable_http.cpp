#include <gatehouse/transport/streamable_http.hpp>

#include <algorithm>
#include <array>

#include <gatehouse/net/url.hpp>
#include <gatehouse/transport/mirrored_headers.hpp>
#include <gatehouse/transport/modern.hpp>
#include <gatehouse/transport/render.hpp>

#include "src/transport/http_events.hpp"

namespace gatehouse::transport {
namespace {

constexpr Milliseconds kTick{1000};

bool contains(const std::vector<std::string>& allowed, std::string_view value) {
  return std::ranges::any_of(
      allowed, [&](const std::string& one) { return one == "*" || net::equals_ignoring_case(one, value); });
}

/// Against DNS rebinding: a page of another site can reach a local listener, but not choose these two.
/// Rule: all revisions, basic/transports, "Security Warning".
/// `allowed_host` is the `Host` that was allowed last: nearly all clients of an endpoint send the same.
Result<void> check_site(const net::RequestHead& head, const StreamableHttpOptions& options, std::string& allowed_host) {
  const std::string_view host = head.value("Host");
  if (host.empty() || host != allowed_host) {
    const std::string name = net::host_name(host);
    if (!net::is_loopback_name(name) && !contains(options.allowed_hosts, name)) {
      return fail(Kind::forbidden_origin, Origin::client,
                  "This Host is not allowed; the operator can list it in allowed_hosts.");
    }
    allowed_host = host;
  }
  const net::Header* origin = head.find("Origin");
  if (!origin || contains(options.allowed_origins, origin->value)) return {};
  const auto scheme_end = origin->value.find("://");
  if (scheme_end != std::string_view::npos &&
      net::is_loopback_name(net::host_name(origin->value.substr(scheme_end + 3))))
    return {};
  return fail(Kind::forbidden_origin, Origin::client,
              "This Origin is not allowed; the operator can list it in allowed_origins.");
}

Result<void> check_loop(const net::RequestHead& head, std::string_view via) {
  if (via.empty() || head.value("Via").find(via) == std::string_view::npos) return {};
  return fail(Kind::loop_detected, Origin::gateway,
              "This request already passed through this gateway: a server entry points back to it.");
}

Result<void> check_media(const net::RequestHead& head) {
  if (!net::equals_ignoring_case(net::media_type(head.value("Content-Type")), kJsonType)) {
    return fail(Kind::unsupported_media, Origin::client, "The body has to be sent as application/json.");
  }
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
      sessions_(options_.sessions),
      ticker_(loop.timers()),
      last_keep_alive_(Clock::now()) {
  sessions_.on_end([this](std::string_view id) { responder_.session_ended(id); });
  ticker_.arm(kTick, [this] { tick(); });
}

StreamableHttp::~StreamableHttp() { sessions_.end_all(); }

void StreamableHttp::tick() {
  ticker_.arm(kTick, [this] { tick(); });
  const TimePoint now = Clock::now();
  sessions_.expire(now);
  if (now - last_keep_alive_ < options_.keep_alive) return;
  last_keep_alive_ = now;
  for (OpenStream& stream : streams_) stream.keep_alive();
}

void StreamableHttp::end_streams() {
  for (OpenStream& stream : streams_) stream.closing.request(CancelReason::shutting_down);
}

Task<void> StreamableHttp::refuse(net::HttpExchange& exchange, std::string_view id, const Error& error,
                                  mcp::Revision revision) {
  const Rendered message(id, error, revision);
  boost::container::small_vector<net::Header, 2> headers{{"Content-Type", kJsonType}};
  if (error.kind == Kind::method_not_allowed) headers.push_back({"Allow", "POST"});
  (void)co_await exchange.respond(message.http_status(), headers, message.pieces());
}

Task<void> StreamableHttp::serve(net::HttpExchange& exchange) {
  const net::RequestHead& head = exchange.head();
  auto allowed = check_site(head, options_, allowed_host_);
  if (allowed) allowed = check_loop(head, options_.via);
  if (!allowed) return turn_away(exchange, std::move(allowed.error()));
  if (head.method == "POST") return post(exchange);
  if (head.method == "GET" && options_.eras != Eras::modern) return get(exchange);
  if (head.method == "DELETE" && options_.eras != Eras::modern) return remove(exchange);
  return turn_away(exchange, {Kind::method_not_allowed, Origin::client, "Send MCP messages with POST."});
}

Task<void> StreamableHttp::turn_away(net::HttpExchange& exchange, Error error) { co_await refuse(exchange, {}, error); }

Task<void> StreamableHttp::post(net::HttpExchange& exchange) {
  if (auto media = check_media(exchange.head()); !media) co_return co_await refuse(exchange, {}, media.error());
  if (jsonrpc::is_batch(exchange.body()) && options_.eras != Eras::modern) co_return co_await batch(exchange);
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
    co_await modern_post(exchange, *message);
  } else {
    co_await legacy_post(exchange, *message);
  }
}

}  // namespace gatehouse::transport
