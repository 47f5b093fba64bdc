#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <gatehouse/json/value.hpp>

/// The flat schemas of form elicitations. Pure. Rule: 2025-11-25 and 2026-07-28 client/elicitation, "Requested Schema".
namespace gatehouse::bridge {

/// A choice of an `enum`, `oneOf` or `anyOf`.
struct Choice {
  std::string value, title;
};

/// The choices of one property; empty if it is no single choice.
[[nodiscard]] std::vector<Choice> single_choices(const json::Value& property);
/// The choices of a list property.
[[nodiscard]] std::vector<Choice> multi_choices(const json::Value& property);
[[nodiscard]] bool is_multi_select(const json::Value& property);

/// What is wrong with a filled form, for people; none: nothing. Members that the schema does not name are not judged, and neither
/// are formats: both are the server's to check.
[[nodiscard]] std::optional<std::string> check_form(const json::Value& schema, const json::Value& content);

}  // namespace gatehouse::bridge
