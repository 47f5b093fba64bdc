#pragma once
#include <cstddef>
#include <string_view>

#include <gatehouse/base/error.hpp>

namespace gatehouse::json::grammar {

/// Where the token that begins at `at` ends, or null if it is malformed. UTF-8 is not checked here.
[[nodiscard]] const char* string_end(const char* at, const char* end);  ///< REQUIRES: `*at` is the opening quote.
[[nodiscard]] const char* escape_end(const char* at, const char* end);  ///< REQUIRES: `*at` is a backslash.
[[nodiscard]] const char* number_end(const char* at, const char* end);

[[nodiscard]] inline bool is_space(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }
[[nodiscard]] const char* skip_space(const char* at, const char* end);
[[nodiscard]] std::string_view trim_end(std::string_view text);

/// Checks a whole text, slowly and exactly. It has the last word where simdjson refuses: JSON knows neither a greatest
/// number nor a rule against half a surrogate pair, and its errors name the place.
/// Errors: Kind::parse_error (origin client). UTF-8 is not checked here. Rule: RFC 8259.
[[nodiscard]] Result<void> check(std::string_view text, std::size_t max_depth);

}  // namespace gatehouse::json::grammar
