#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <gatehouse/json/value.hpp>

/// What changed, for people who have to say yes to it. Pure.
namespace gatehouse::pins {

/// A member that is not the same. Objects are compared inwards, everything else as a whole.
struct Difference {
  std::string path;  ///< `inputSchema.properties.city.description`
  std::optional<json::Value> before, after;
  bool operator==(const Difference&) const = default;
};
/// In the order of `before`, then what only `after` has. Spelling does not count: `2.0` is `2`.
[[nodiscard]] std::vector<Difference> compare(const json::Value& before, const json::Value& after);

struct Line {
  enum class What : std::uint8_t { same, removed, added };
  What what = What::same;
  std::string text;
  bool operator==(const Line&) const = default;
};
/// Line by line. Very long texts of which little is the same are told as replaced.
[[nodiscard]] std::vector<Line> compare_lines(std::string_view before, std::string_view after);

}  // namespace gatehouse::pins
