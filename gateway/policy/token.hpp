#pragma once
#include <cstddef>
#include <expected>
#include <string>
#include <string_view>

#include "gateway/policy/expression.hpp"

/// Expressions as tokens.
namespace gatehouse::policy {

struct Token {
  enum class Kind { end, name, integer, real, text, symbol };
  Kind kind = Kind::end;
  std::size_t at = 0;
  std::string_view source;  ///< As written.
  std::string text;         ///< Of a text, unescaped.

  [[nodiscard]] bool is(std::string_view symbol) const { return kind == Kind::symbol && source == symbol; }
  [[nodiscard]] bool is_word(std::string_view word) const { return kind == Kind::name && source == word; }
};

/// The token that begins at or behind `at`.
[[nodiscard]] std::expected<Token, ExpressionProblem> next_token(std::string_view source, std::size_t at);

}  // namespace gatehouse::policy
