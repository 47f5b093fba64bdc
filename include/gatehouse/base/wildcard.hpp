#pragma once
#include <span>
#include <string>
#include <string_view>

namespace gatehouse {

/// Whether `pattern` describes the whole of `text`: `*` stands for any characters, none included, `?` for exactly one
/// (UTF-8) character; everything else stands for itself. Takes no memory, and at most time for the product of both lengths.
[[nodiscard]] bool matches_wildcards(std::string_view pattern, std::string_view text);
/// One of the patterns does.
[[nodiscard]] bool matches_any_wildcards(std::span<const std::string> patterns, std::string_view text);

}  // namespace gatehouse
