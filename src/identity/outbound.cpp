#include <gatehouse/identity/outbound.hpp>

#include <algorithm>
#include <charconv>

#include <gatehouse/base/buffer.hpp>
#include <gatehouse/json/splice.hpp>
#include <gatehouse/net/timers.hpp>

namespace gatehouse::identity {
namespace {

Error not_answered(std::string why) {
  return {Kind::verifier_unavailable, Origin::upstream, "The credential cannot be checked now: try again later.",
          std::move(why)};
}

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ') || text.starts_with('\t')) text.remove_prefix(1);
  while (text.ends_with(' ') || text.ends_with('\t')) text.remove_suffix(1);
  return text;
}

std::optional<std::chrono::seconds> max_age_of(std::string_view cache_control) {
  constexpr std::string_view kMaxAge = "max-age=";
  constexpr std::int64_t kMostSeconds = 365 * 86'400;
  std::optional<std::chrono::seconds> age;
  while (!cache_control.empty()) {
    const auto comma = cache_control.find(',');
    const std::string_view directive = trimmed(cache_control.substr(0, comma));
    cache_control = comma == std::string_view::npos ? std::string_view{} : cache_control.substr(comma + 1);
    if (net::equals_ignoring_case(directive, "no-store") || net::equals_ignoring_case(directive, "no-cache")) {
      return std::chrono::seconds{0};
    }
    if (!net::equals_ignoring_case(directive.substr(0, kMaxAge.size()), kMaxAge)) continue;
    std::int64_t seconds = 0;
    const char* const begin = directive.data() + kMaxAge.size();
    const auto [end, error] = std::from_chars(begin, directive.data() + directive.size(), seconds);
    if (error == std::errc{} && end == directive.data() + directive.size() && seconds >= 0) {
      age = std::chrono::seconds{std::min(seconds, kMostSeconds)};
    }
  }
  return age;
}

bool is_json(std::string_view type) {
  return net::equals_ignoring_case(type, "application/json") ||
         (type.size() > 17 && net::equals_ignoring_case(type.substr(0, 12), "application/") &&
          net::equals_ignoring_case(type.substr(type.size() - 5), "+json"));
}

}  // namespace

Outbound::Outbound(net::Loop& loop, OutboundOptions options) : loop_(loop), options_(options) {}

net::HttpClient& Outbound::client_for(const Route& route) {
  std::pair key(route.named, route.ca_file);
  const auto found = clients_.find(key);
  if (found != clients_.end()) return found->second;
  net::HttpClientOptions made;
  made.connect_timeout = options_.timeout;
  made.max_connections_per_origin = options_.max_connections;
  made.max_idle_per_origin = 4;
  made.ca_file = route.ca_file;
  made.public_addresses_only = route.named == Named::by_others;
  return clients_.try_emplace(std::move(key), loop_, std::move(made)).first->second;
}

Task<Result<Document>> Outbound::get(const Route& route, Cancel& cancel) {
  const net::HttpRequest request{.method = "GET", .fixed_headers = "Accept: application/json, application/*\r\n"};
  auto document = co_await ask(route, request, cancel);
  co_return document;
}

Task<Result<Document>> Outbound::post(const Route& route, std::string_view form, std::span<const net::Header> headers,
                                      Cancel& cancel) {
  json::Pieces body;
  body.push_back(form);
  net::HttpRequest request;
  request.fixed_headers = "Accept: application/json\r\nContent-Type: application/x-www-form-urlencoded\r\n";
  request.headers = headers;
  request.body = &body;
  auto document = co_await ask(route, request, cancel);
  co_return document;
}

Task<Result<Document>> Outbound::ask(const Route& route, const net::HttpRequest& request, Cancel& cancel) {
  Cancel limit;
  const Cancel::Hook outer(cancel, [&limit, &cancel] { limit.request(cancel.reason()); });
  const net::Deadline deadline(loop_.timers(), options_.timeout, limit);
  net::HttpClient& client = client_for(route);
  const std::string text = route.url.str();
  const std::string where = text.substr(0, text.find('?')) + ": ";  // who knows what a query says
  auto reply = co_await client.send(route.url, request, limit);
  if (!reply) co_return fail(not_answered(where + reply.error().message + " " + reply.error().detail));
  if (reply->status() != 200) {
    Error error = not_answered(where + "status " + std::to_string(reply->status()));
    if (reply->status() == 400) error.origin = Origin::client;
    co_return std::unexpected(std::move(error));
  }
  if (!is_json(reply->media_type())) co_return fail(not_answered(where + "the answer is not JSON by its Content-Type"));
  const auto max_age = max_age_of(reply->header("Cache-Control"));
  auto body = co_await reply->body(options_.max_bytes, limit);
  if (!body) co_return fail(not_answered(where + body.error().message));
  Document document;
  document.text = body->view();
  document.max_age = max_age;
  co_return document;
}

Result<net::Url> parse_issuer_url(std::string_view text) {
  auto url = net::parse_url(text);
  if (url && !url->tls && !net::is_loopback_name(url->host)) {
    return fail(Kind::invalid_config, Origin::gateway,
                "only https is allowed, and http to this machine: " + std::string(text));
  }
  return url;
}

Named named_at(const net::Url& origin, const net::Url& url) {
  const bool both_here = net::is_loopback_name(origin.host) && net::is_loopback_name(url.host);
  return both_here || net::same_origin(origin, url) ? Named::by_operator : Named::by_others;
}

}  // namespace gatehouse::identity
