#include "src/net/response_head.hpp"

#include <algorithm>
#include <charconv>

namespace gatehouse::net {
namespace {

/// No browser takes a body for something else than its type says, say a page.
constexpr std::string_view kNoSniff = "X-Content-Type-Options: nosniff\r\n";

void append_number(std::string& out, std::size_t value) {
  char digits[20];
  out.append(digits, std::to_chars(digits, digits + sizeof digits, value).ptr);
}

void append_status_line(std::string& out, int status) {
  if (status == 200) {
    out.append("HTTP/1.1 200 OK\r\n");
    return;
  }
  out.append("HTTP/1.1 ");
  append_number(out, static_cast<std::size_t>(status));
  out.append(" ").append(reason_phrase(status)).append("\r\n");
}

bool has_body(int status) { return status >= 200 && status != 204 && status != 304; }

}  // namespace

bool append_response_head(std::string& out, int status, std::span<const Header> headers,
                          const ResponseFraming& framing) {
  const auto fits = [](const Header& header) { return is_token(header.name) && is_field_value(header.value); };
  if (!std::ranges::all_of(headers, fits)) return false;
  append_status_line(out, status);
  for (const Header& header : headers) out.append(header.name).append(": ").append(header.value).append("\r\n");
  if (framing.chunked) {
    out.append("Transfer-Encoding: chunked\r\n");
  } else if (framing.content_length && has_body(status)) {
    out.append("Content-Length: ");
    append_number(out, *framing.content_length);
    out.append("\r\n");
  }
  const bool is_empty = framing.content_length && *framing.content_length == 0;
  if (has_body(status) && !is_empty) out.append(kNoSniff);
  if (framing.close) {
    out.append("Connection: close\r\n");
  } else if (framing.minor_version == 0) {
    out.append("Connection: keep-alive\r\n");
  }
  out.append("\r\n");
  return true;
}

}  // namespace gatehouse::net
