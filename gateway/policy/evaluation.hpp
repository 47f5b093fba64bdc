#pragma once
#include <cstddef>
#include <forward_list>
#include <string>

#include "gateway/policy/program.hpp"
#include "gateway/policy/value.hpp"

namespace gatehouse::policy {

/// One evaluation of one expression.
class Evaluation {
 public:
  Evaluation(const Expression::Program& program, const Facts& facts) : program_(program), facts_(facts) {}
  [[nodiscard]] Value value_of(std::uint32_t node);

 private:
  static constexpr std::size_t kBudget = 100'000, kMaxText = 1u << 16, kBytesPerStep = 64;

  /// False once the budget is used up: then everything is unknown.
  bool spend(std::size_t steps) {
    steps_ += steps;
    return steps_ <= kBudget;
  }

  [[nodiscard]] Value field(Field field) const;
  [[nodiscard]] Value circumstance(Field field) const;
  [[nodiscard]] Value tool(Field field) const;
  [[nodiscard]] Value arguments() const;
  [[nodiscard]] Value member(const Value& map, std::string_view name);
  [[nodiscard]] Value index(const Value& container, const Value& key);
  [[nodiscard]] Truth has(const Node& node);
  [[nodiscard]] Truth has_member(const Value& map, std::string_view name);
  [[nodiscard]] Truth in(const Node& node);
  [[nodiscard]] Truth equal(const Value& a, const Value& b);
  [[nodiscard]] Truth ordered(Op op, const Value& a, const Value& b);
  [[nodiscard]] Truth is_null(const Value& value) const;
  [[nodiscard]] Truth comparison(const Node& node);
  [[nodiscard]] Value arithmetic(const Node& node);
  [[nodiscard]] Value joined(std::string_view a, std::string_view b);
  [[nodiscard]] Value size(const Value& value);
  [[nodiscard]] Truth text_test(const Node& node);

  const Expression::Program& program_;
  const Facts& facts_;
  std::size_t steps_ = 0;
  std::forward_list<std::string> made_;
};

}  // namespace gatehouse::policy
