#include "src/transport/http_checks.hpp"

#include <algorithm>

#include <gatehouse/net/url.hpp>

namespace gatehouse::transport {
namespace {

bool contains(const std::vector<std::string>& allowed, std::string_view value) {
  return std::ranges::any_of(
      allowed, [&](const std::string& one) { return one == "*" || net::equals_ignoring_case(one, value); });
}

/// `scheme://host:port` and nothing else. A list of origins, or one with a user in front of its host, has a part that may be anybody's.
bool is_loopback_origin(std::string_view origin) {
  const auto scheme_end = origin.find("://");
  if (scheme_end == std::string_view::npos) return false;
  const std::string_view authority = origin.substr(scheme_end + 3);
  return authority.find_first_of(" \t,/\\@?#") == std::string_view::npos &&
         net::is_loopback_name(net::host_name(authority));
}

bool is_given_twice(const net::RequestHead& head, std::string_view name) {
  return std::ranges::count_if(head.headers,
                               [&](const net::Header& one) { return net::equals_ignoring_case(one.name, name); }) > 1;
}

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
  if (!origin) return {};
  if (is_given_twice(head, "Origin"))
    return fail(Kind::forbidden_origin, Origin::client, "There are two Origins; a request comes from one.");
  if (contains(options.allowed_origins, origin->value) || is_loopback_origin(origin->value)) return {};
  return fail(Kind::forbidden_origin, Origin::client,
              "This Origin is not allowed; the operator can list it in allowed_origins.");
}

Result<void> check_loop(const net::RequestHead& head, std::string_view via) {
  if (via.empty() || head.value("Via").find(via) == std::string_view::npos) return {};
  return fail(Kind::loop_detected, Origin::gateway,
              "This request already passed through this gateway: a server entry points back to it.");
}

}  // namespace

ErrorHeaders::ErrorHeaders(const Error& error, int status, std::string_view allow)
    : refusal_(mcp::refusal_headers(error)) {
  headers_.push_back({"Content-Type", kJsonType});
  if (error.kind == Kind::method_not_allowed && !allow.empty()) headers_.push_back({"Allow", allow});
  if (!error.challenge.empty()) headers_.push_back({"WWW-Authenticate", error.challenge});
  if (mcp::is_about_access(error.kind) || !error.challenge.empty() || status == 403)
    headers_.push_back({"Cache-Control", "no-store"});
  if (!refusal_.request_id.empty()) headers_.push_back({"X-Request-Id", refusal_.request_id});
  if (!refusal_.rate_limit.empty()) {
    headers_.push_back({"RateLimit-Policy", refusal_.rate_limit_policy});
    headers_.push_back({"RateLimit", refusal_.rate_limit});
  }
  if (error.retry.when != Retry::When::later || (status != 429 && status != 503)) return;
  retry_after_ = std::to_string(std::chrono::ceil<std::chrono::seconds>(error.retry.after).count());
  headers_.push_back({"Retry-After", retry_after_});
}

Result<void> check_access(const net::RequestHead& head, const StreamableHttpOptions& options,
                          std::string& allowed_host) {
  auto allowed = check_site(head, options, allowed_host);
  if (allowed) allowed = check_loop(head, options.via);
  return allowed;
}

std::string_view id_for_refusal(std::string_view body, std::size_t max_depth) {
  constexpr std::size_t kLongest = 64u << 10;
  std::string_view id;
  if (body.size() <= kLongest) (void)mcp::read_message(body, max_depth, &id);
  return id;
}

Result<void> check_body_type(const net::RequestHead& head) {
  if (net::equals_ignoring_case(net::media_type(head.value("Content-Type")), kJsonType)) return {};
  return fail(Kind::unsupported_media, Origin::client, "The body has to be sent as application/json.");
}

}  // namespace gatehouse::transport
