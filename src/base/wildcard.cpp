#include <gatehouse/base/wildcard.hpp>

#include <algorithm>

namespace gatehouse {
namespace {

/// Where the UTF-8 character that begins at `at` ends.
std::size_t behind_character(std::string_view text, std::size_t at) {
  do ++at;
  while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xc0) == 0x80);
  return at;
}

}  // namespace

bool matches_wildcards(std::string_view pattern, std::string_view text) {
  std::size_t p = 0, t = 0;
  std::size_t star = std::string_view::npos, taken = 0;  // the last `*`, and where what it does not take begins
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      if (p == pattern.size()) return true;
      taken = t;
    } else if (p < pattern.size() && pattern[p] == '?') {
      ++p;
      t = behind_character(text, t);
    } else if (p < pattern.size() && pattern[p] == text[t]) {
      ++p, ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = taken = behind_character(text, taken);
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', p) == std::string_view::npos;
}

bool matches_any_wildcards(std::span<const std::string> patterns, std::string_view text) {
  return std::ranges::any_of(patterns, [text](const std::string& one) { return matches_wildcards(one, text); });
}

}  // namespace gatehouse
