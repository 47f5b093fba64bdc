#pragma once
#include <cstddef>
#include <optional>
#include <span>
#include <string>

#include <gatehouse/net/http1.hpp>

namespace gatehouse::net {

/// How a response is framed.
struct ResponseFraming {
  int minor_version = 1;  ///< Of the request.
  bool close = false;     ///< The connection closes behind this response.
  bool chunked = false;
  std::optional<std::size_t> content_length;
};

/// Appends a complete head. False, and nothing appended, if a field is none (header injection).
[[nodiscard]] bool append_response_head(std::string& out, int status, std::span<const Header> headers,
                                        const ResponseFraming& framing);

}  // namespace gatehouse::net
