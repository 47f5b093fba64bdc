#pragma once
#include <cstdint>
#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/policy/facts.hpp"
#include "gateway/policy/truth.hpp"

namespace gatehouse::policy {

/// What is wrong in an expression, and where.
struct ExpressionProblem {
  std::size_t position = 0;  ///< Byte, from 0.
  std::string message;
};

/// A condition of a rule: `args.amount <= 1000 && args.currency in ["EUR", "USD"]`.
///
///   or      := and { "||" and }
///   and     := not { "&&" not }
///   not     := "!" not | compare
///   compare := sum [ ("==" | "!=" | "<" | "<=" | ">" | ">=") sum | "in" ( list | sum ) ]
///   sum     := product { ("+" | "-") product }
///   product := sign { "*" sign }
///   sign    := "-" sign | path
///   path    := primary { "." name | "[" or "]" | "." method "(" [or] ")" }
///   primary := literal | name | function "(" or {"," or} ")" | "(" or ")"
///   list    := "[" [ or { "," or } ] "]"
///
/// Literals: `null true false 12 1.5 "text" 'text'`; in texts `\\ \" \' \n \t`; `r"…"` takes everything as it stands.
/// Names: `args`, `principal`, `request`, `tool`, `now`. Functions: `has size double ip_in`. Methods: `startsWith endsWith contains
/// matches`. Nothing is converted: 1, 1.0 and "1" are three things, and to compare two types is unknown. What is missing is unknown.
///
/// Total: every evaluation ends, within a budget of steps; there are no loops. Immutable.
class Expression {
 public:
  static constexpr std::size_t kMaxBytes = 8192, kMaxNodes = 1000, kMaxDepth = 32;

  [[nodiscard]] static std::expected<Expression, ExpressionProblem> compile(std::string_view text);
  Expression(Expression&&) noexcept;
  Expression& operator=(Expression&&) noexcept;
  ~Expression();

  [[nodiscard]] Truth evaluate(const Facts& facts) const;
  /// What it looks at.
  [[nodiscard]] const Reads& reads() const;
  [[nodiscard]] const std::string& text() const;

  struct Program;

 private:
  explicit Expression(std::unique_ptr<const Program> program);
  std::unique_ptr<const Program> program_;
};

}  // namespace gatehouse::policy
