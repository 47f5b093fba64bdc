#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace gatehouse::json {

/// What to do with an escape like `\ud800` that is half a surrogate pair. The grammar allows it, UTF-8 cannot say it.
enum class HalfPair { refuse, replace };

/// Appends the text that stands between the quotes of a string token, unescaped. False: a half pair was refused.
/// REQUIRES: `inside` follows the grammar of strings.
[[nodiscard]] bool unescape(std::string_view inside, HalfPair half_pair, std::string& out);

/// The UTF-8 sequence at `at`: one character, or the longest beginning of one (Unicode 15, section 3.9, U+FFFD substitution
/// of maximal subparts). REQUIRES: at < end.
struct Utf8 {
  std::size_t length;
  bool valid;
};
[[nodiscard]] Utf8 utf8_at(const char* at, const char* end);

}  // namespace gatehouse::json
