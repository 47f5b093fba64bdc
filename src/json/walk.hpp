#pragma once
#include <array>
#include <cstdint>
#include <cstring>
#include <forward_list>
#include <string>
#include <string_view>

#include <gatehouse/json/reader.hpp>

#include "src/json/grammar.hpp"
#include "src/json/tokens.hpp"

namespace gatehouse::json {

/// The first backslash, or `end`.
[[nodiscard]] inline const char* find_escape(const char* begin, const char* end) {
  const void* found = std::memchr(begin, '\\', static_cast<std::size_t>(end - begin));
  return found ? static_cast<const char*>(found) : end;
}

/// A text and its tokens. A token's bytes end where the next one begins, white space included.
struct Span {
  const char* text;
  const std::uint32_t* starts;
  std::uint32_t count;
  std::uint32_t size;

  Span(std::string_view whole, const Tokens& tokens)
      : text(whole.data()),
        starts(tokens.starts()),
        count(tokens.count()),
        size(static_cast<std::uint32_t>(whole.size())) {}

  [[nodiscard]] const char* begin_of(std::uint32_t token) const { return text + starts[token]; }
  /// The first byte of a token; 0, which begins none, behind the last.
  [[nodiscard]] char at(std::uint32_t token) const { return token < count ? text[starts[token]] : '\0'; }
  /// Behind the last byte of a string, number or literal, whose first byte is no white space.
  [[nodiscard]] const char* end_of(std::uint32_t token) const {
    const char* end = text + starts[token + 1];
    while (grammar::is_space(end[-1])) --end;
    return end;
  }
};

/// The state of one walk.
struct Node::Walk {
  explicit Walk(Span whole) : span(whole), first_escape(find_escape(span.text, span.text + span.size)) {}

  static Walk& of(Node& node) { return *node.walk_; }

  Span span;
  const char* first_escape;  ///< No string in front of it has escape sequences.
  std::forward_list<std::string> unescaped;
};

/// What a byte begins; `none` for bytes that begin no value.
enum class Begins : unsigned char { none, object, array, string, number, boolean, null };

inline constexpr auto kBegins = [] {
  std::array<Begins, 256> table{};
  table['{'] = Begins::object;
  table['['] = Begins::array;
  table['"'] = Begins::string;
  table['-'] = Begins::number;
  for (std::size_t c = '0'; c <= '9'; ++c) table[c] = Begins::number;
  table['t'] = table['f'] = Begins::boolean;
  table['n'] = Begins::null;
  return table;
}();
[[nodiscard]] inline Begins begins(char first) { return kBegins[static_cast<unsigned char>(first)]; }

/// An error inside a walk, which adds the place at its end.
[[nodiscard]] inline std::unexpected<Error> malformed() {
  return fail(Kind::parse_error, Origin::client, "invalid JSON");
}

}  // namespace gatehouse::json
