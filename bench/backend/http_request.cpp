#include "http_request.hpp"

#include <strings.h>

#include <charconv>

namespace backend {
namespace {

constexpr std::size_t kMaxHeadBytes = 64UL * 1024;

bool equals_ignoring_case(std::string_view a, std::string_view b) {
  return a.size() == b.size() && ::strncasecmp(a.data(), b.data(), a.size()) == 0;
}

/// False when the header makes the request unusable.
bool read_header(std::string_view name, std::string_view value, HttpRequest& request, std::size_t& body_bytes) {
  if (equals_ignoring_case(name, "content-length")) {
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), body_bytes);
    return error == std::errc{} && end == value.data() + value.size();
  }
  if (equals_ignoring_case(name, "mcp-session-id")) request.session_id = value;
  if (equals_ignoring_case(name, "connection")) request.wants_close = equals_ignoring_case(value, "close");
  return !equals_ignoring_case(name, "transfer-encoding");
}

}  // namespace

HttpRead read_http_request(std::string_view buffer, HttpRequest& request) {
  const std::size_t head_end = buffer.find("\r\n\r\n");
  if (head_end == buffer.npos) return buffer.size() > kMaxHeadBytes ? HttpRead::unusable : HttpRead::incomplete;
  request = {};
  std::size_t body_bytes = 0;
  const std::size_t first_end = buffer.find("\r\n");
  request.verb = buffer.substr(0, buffer.find(' '));
  if (request.verb.size() >= first_end) return HttpRead::unusable;
  for (std::size_t at = first_end + 2; at < head_end;) {
    const std::size_t end = buffer.find("\r\n", at);
    const std::string_view line = buffer.substr(at, end - at);
    const std::size_t colon = line.find(':');
    if (colon == line.npos) return HttpRead::unusable;
    std::string_view value = line.substr(colon + 1);
    while (value.starts_with(' ')) value.remove_prefix(1);
    if (!read_header(line.substr(0, colon), value, request, body_bytes)) return HttpRead::unusable;
    at = end + 2;
  }
  if (buffer.size() - head_end - 4 < body_bytes) return HttpRead::incomplete;
  request.body = buffer.substr(head_end + 4, body_bytes);
  request.size = head_end + 4 + body_bytes;
  return HttpRead::complete;
}

}  // namespace backend
