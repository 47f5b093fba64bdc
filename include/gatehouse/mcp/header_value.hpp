#pragma once
#include <string>
#include <string_view>

#include <gatehouse/base/error.hpp>

/// Texts as values of HTTP headers. Rule: MCP 2026-07-28, basic/transports/streamable-http, "Value Encoding".
namespace gatehouse::mcp {

/// The text as a header value: as it is when it is plain visible ASCII, else `=?base64?…?=`.
[[nodiscard]] std::string encode_header_value(std::string_view text);
/// Whether the value carries its text in Base64, whatever is between the markers.
[[nodiscard]] bool is_encoded_header_value(std::string_view value);
/// The text that a header value stands for. Errors: header_mismatch for bad Base64 between the markers.
[[nodiscard]] Result<std::string> decode_header_value(std::string_view value);

}  // namespace gatehouse::mcp
