#pragma once
#include <string>
#include <string_view>

#include <gatehouse/base/error.hpp>

namespace gatehouse::json {

/// Appends `text` as a JSON string with its quotes. Invalid UTF-8 is replaced by U+FFFD.
void append_string(std::string& out, std::string_view text);
[[nodiscard]] std::string quoted(std::string_view text);
/// The text of a raw JSON string token, quotes included. Errors: Kind::parse_error (origin client), also for half a
/// surrogate pair, which has no UTF-8 form.
[[nodiscard]] Result<std::string> unquote(std::string_view raw);

}  // namespace gatehouse::json
