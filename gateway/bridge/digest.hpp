#pragma once
#include <string>
#include <string_view>

#include <gatehouse/mcp/request.hpp>

namespace gatehouse::bridge {

/// Identifies what a request asks for, whoever asks and however it is written: the endpoint, the method, and name and arguments or the
/// URI, as SHA-256 in 43 characters. Two requests that differ in nothing but `_meta`, answers and spelling have the same one.
/// Errors: parse_error, invalid_params. Rule: gateway rule GB-071.
[[nodiscard]] Result<std::string> call_digest(std::string_view endpoint, const mcp::Message& request);

/// SHA-256 of some bytes in 43 characters.
[[nodiscard]] std::string sha256_text(std::string_view bytes);

}  // namespace gatehouse::bridge
