#include <gatehouse/transport/cors.hpp>

#include <array>

namespace gatehouse::transport {
namespace {

constexpr std::string_view kReadable =
    "WWW-Authenticate, Mcp-Session-Id, MCP-Protocol-Version, Retry-After, X-Request-Id, RateLimit, RateLimit-Policy";

}  // namespace

bool CorsExchange::is_preflight() const {
  return head().method == "OPTIONS" && head().find("Access-Control-Request-Method") != nullptr;
}

/// Any header may be asked for: which credentials and parameters count is decided when they come.
Task<void> CorsExchange::answer_preflight() {
  const std::string wanted(head().value("Access-Control-Request-Headers"));
  boost::container::small_vector<net::Header, 4> headers = {
      {"Access-Control-Allow-Methods", "GET, POST, DELETE, OPTIONS"}, {"Access-Control-Max-Age", "7200"}};
  if (!wanted.empty()) headers.push_back({"Access-Control-Allow-Headers", wanted});
  (void)co_await respond(204, {headers.data(), headers.size()}, {});
}

net::Headers CorsExchange::with_permission(std::span<const net::Header> headers) const {
  net::Headers all(headers.begin(), headers.end());
  all.push_back({"Access-Control-Allow-Origin", origin_});
  all.push_back({"Access-Control-Expose-Headers", kReadable});
  all.push_back({"Vary", "Origin"});
  return all;
}

Task<Result<void>> CorsExchange::respond(int status, std::span<const net::Header> headers, const json::Pieces& body) {
  const net::Headers all = with_permission(headers);
  co_return co_await inner_.respond(status, {all.data(), all.size()}, body);
}

Result<void> CorsExchange::begin_stream(int status, std::span<const net::Header> headers) {
  const net::Headers all = with_permission(headers);
  return inner_.begin_stream(status, {all.data(), all.size()});
}

}  // namespace gatehouse::transport
