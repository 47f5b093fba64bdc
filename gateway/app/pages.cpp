#include "gateway/app/pages.hpp"

#include <algorithm>
#include <array>
#include <chrono>

#include <gatehouse/base/log.hpp>
#include <gatehouse/json/value.hpp>
#include <gatehouse/jsonrpc/message.hpp>
#include <gatehouse/mcp/error_codes.hpp>
#include <gatehouse/mcp/refusal.hpp>
#include <gatehouse/transport/http_sse.hpp>
#include <gatehouse/transport/metadata_page.hpp>

namespace gatehouse::app {
namespace {

constexpr std::string_view kLogoutPath = "/oidc/logout";  // OpenID Connect back-channel logout
constexpr std::string_view kMetadataPath = "/.well-known/oauth-protected-resource";
constexpr std::uint64_t kSmallBody = 64u << 10;  // is read: it holds the id that the answer repeats

bool has_large_body(const net::RequestHead& head) {
  return head.body == net::BodyKind::chunked || head.content_length > kSmallBody;
}

bool serves(const config::Endpoint& endpoint, std::string_view path) {
  const auto sse = transport::HttpSsePaths::below(endpoint.path);
  return endpoint.path == path || (endpoint.http_sse && (path == sse.stream || path == sse.messages));
}

/// An error about access (mcp/refusal.hpp) as the whole response.
std::unique_ptr<Pages::Refusal> refusal_of(const Error& error) {
  auto refusal = std::make_unique<Pages::Refusal>();
  refusal->status = mcp::wire_error(error.kind, mcp::kLatest).http_status;
  auto told = mcp::refusal_headers(error);
  const auto add = [&](const char* name, std::string value) {
    if (!value.empty()) refusal->headers.emplace_back(name, std::move(value));
  };
  add("WWW-Authenticate", error.challenge);
  add("Cache-Control", "no-store");
  add("X-Request-Id", std::move(told.request_id));
  add("RateLimit-Policy", std::move(told.rate_limit_policy));
  add("RateLimit", std::move(told.rate_limit));
  if (error.retry.when == Retry::When::later)
    add("Retry-After", std::to_string(std::chrono::ceil<std::chrono::seconds>(error.retry.after).count()));
  refusal->body = Pages::error_body(error);
  return refusal;
}

}  // namespace

/// The one whose metadata is at this target. The document at the root is for a gateway with one such endpoint (RS-16).
const config::Endpoint* Pages::endpoint_with_metadata_at(std::string_view target) const {
  if (!target.starts_with(kMetadataPath)) return nullptr;
  const config::Endpoint* only = nullptr;
  std::size_t protected_ones = 0;
  for (const config::Endpoint& endpoint : parts_.config.endpoints) {
    const auto resource = parts_.admission.resource(endpoint, parts_.base());
    if (resource.metadata_url.empty()) continue;
    if (target == identity::metadata_path(resource.identifier)) return &endpoint;
    ++protected_ones;
    only = &endpoint;
  }
  return target == kMetadataPath && protected_ones == 1 ? only : nullptr;
}

Task<void> Pages::serve_logout(net::HttpExchange& exchange) {
  const auto receiver = parts_.admission.logout();
  const bool is_post = exchange.head().method == "POST";
  Result<void> taken = fail(Kind::method_not_allowed, Origin::client, "Logout tokens are posted.");
  if (is_post) {
    auto received = co_await receiver->receive(exchange.body(), exchange.peer_address());
    taken = std::move(received);
  }
  int status = 200;
  std::string text;
  if (!taken) {
    status = mcp::wire_error(taken.error().kind, mcp::kLatest).http_status;
    text = error_body(taken.error());
  }
  const std::array headers = {net::Header{"Cache-Control", "no-store"},
                              net::Header{"Content-Type", "application/json"}};
  json::Pieces body;
  if (!text.empty()) body.push_back(text);
  (void)co_await exchange.respond(status, headers, body);
}

Task<void> Pages::serve(net::HttpExchange& exchange) {
  if (const config::Endpoint* endpoint = endpoint_with_metadata_at(exchange.head().target)) {
    const auto resource = parts_.admission.resource(*endpoint, parts_.base());
    co_await transport::serve_metadata(exchange, resource);
    co_return;
  }
  if (exchange.head().path() == kLogoutPath && parts_.admission.logout()) {
    co_await serve_logout(exchange);
    co_return;
  }
  int status = 404;
  std::string text;
  if (exchange.head().path() == "/health") {
    Health health = parts_.health();
    status = health.draining ? 503 : 200;
    text = std::move(health.text);
  } else {
    const Error nothing{Kind::not_found, Origin::client, "Nothing is served at this path."};
    text = error_body(nothing);
  }
  const std::array headers = {net::Header{"Content-Type", "application/json"},
                              net::Header{"Cache-Control", "no-store"}};
  const json::Pieces body(1, text);
  (void)co_await exchange.respond(status, headers, body);
}

std::unique_ptr<Pages::Refusal> Pages::refuse_early(const net::RequestHead& head, std::string_view address) {
  if (parts_.gate.limits_requests())
    if (auto refusal = refuse_too_many(address)) return refusal;
  return has_large_body(head) ? refuse_unproven(head, address) : nullptr;
}

/// Without a credential, or with none that anybody judges. What only the connection proves is not known yet.
std::unique_ptr<Pages::Refusal> Pages::refuse_unproven(const net::RequestHead& head, std::string_view address) const {
  const auto endpoint = std::ranges::find_if(parts_.config.endpoints,
                                             [&](const config::Endpoint& one) { return serves(one, head.path()); });
  if (endpoint == parts_.config.endpoints.end()) return nullptr;
  auto error = parts_.admission.objection_to(head, *endpoint, parts_.base());
  if (!error) return nullptr;
  const std::string name = mcp::name_refusal(*error);
  log::debug(
      "a large body was not read",
      {{"endpoint", endpoint->path}, {"address", address}, {"kind", to_string(error->kind)}, {"request_id", name}});
  return refusal_of(*error);
}

std::unique_ptr<Pages::Refusal> Pages::refuse_too_many(std::string_view address) {
  ratelimit::Gate& gate = parts_.gate;
  const TimePoint now = Clock::now();
  const auto wait = gate.request(address, now);
  if (wait <= ratelimit::Nanoseconds{0}) return nullptr;
  const std::string name = mcp::new_refusal_name();
  if (const auto times = gate.reminder(address, now))
    log::warn("network sends too much",
              {{"address", address}, {"times", std::to_string(*times), true}, {"request_id", name}});
  const ratelimit::Rate& rate = gate.options().rate;
  const auto after = std::chrono::ceil<Milliseconds>(wait);
  return refusal_of(Error{Kind::throttled, Origin::client, "Too many requests come from your network; try again later."}
                        .with_data(json::Value::object({{"limit", "preauth"},
                                                        {"scope", "ip"},
                                                        {"quota", rate.count},
                                                        {"windowMs", static_cast<std::int64_t>(rate.period.count())},
                                                        {"retryAfterMs", static_cast<std::int64_t>(after.count())},
                                                        {"requestId", name}})
                                       .str())
                        .with_retry(Retry::later(after)));
}

std::string Pages::error_body(const Error& error) {
  return jsonrpc::error_response({}, mcp::wire_error(error.kind, mcp::kLatest).code, error.message, error.data);
}

}  // namespace gatehouse::app
