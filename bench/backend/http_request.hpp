// One HTTP/1.1 request, read from a buffer.
#pragma once

#include <cstddef>
#include <string_view>

namespace backend {

/// Views into the buffer.
struct HttpRequest {
  std::string_view verb;
  std::string_view session_id;  ///< Mcp-Session-Id
  std::string_view body;
  std::size_t size = 0;  ///< of head and body together
  bool wants_close = false;
};

/// Reads the first request of the buffer. `incomplete` asks for more bytes. `unusable` is anything that a benchmark's
/// client does not send, such as a chunked body.
enum class HttpRead { complete, incomplete, unusable };
HttpRead read_http_request(std::string_view buffer, HttpRequest& request);

}  // namespace backend
