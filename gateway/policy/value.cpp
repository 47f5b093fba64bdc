#include "gateway/policy/value.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <utility>

namespace gatehouse::policy {
namespace {

/// Significant digits and the exponent of the last one; the sign is left out.
struct Decimal {
  std::string digits;
  std::int64_t exponent = 0;
  bool operator==(const Decimal&) const = default;
};

Decimal decimal_of(std::string_view text) {
  Decimal out;
  const auto e = text.find_first_of("eE");
  if (e != text.npos) {
    std::string_view power = text.substr(e + 1);
    if (power.starts_with('+')) power.remove_prefix(1);
    std::from_chars(power.data(), power.data() + power.size(), out.exponent);
  }
  bool behind_point = false;
  for (const char c : text.substr(0, e)) {
    if (c == '.') behind_point = true;
    if (c < '0' || c > '9') continue;
    if (behind_point) --out.exponent;
    if (c != '0' || !out.digits.empty()) out.digits += c;
  }
  while (out.digits.ends_with('0')) {
    out.digits.pop_back();
    ++out.exponent;
  }
  if (out.digits.empty()) out.exponent = 0;
  return out;
}

}  // namespace

Value exact_number(std::string_view text) {
  const char* const end = text.data() + text.size();
  if (text.find_first_of(".eE") == text.npos) {
    std::int64_t number = 0;
    const auto [at, error] = std::from_chars(text.data(), end, number);
    return error == std::errc() && at == end ? Value::of(number) : Value::unknown();
  }
  double number = 0;
  const auto [at, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || at != end || !std::isfinite(number)) return Value::unknown();
  std::array<char, 40> shortest{};
  const auto written = std::to_chars(shortest.data(), shortest.data() + shortest.size(), number);
  const std::string_view back(shortest.data(), static_cast<std::size_t>(written.ptr - shortest.data()));
  return decimal_of(text) == decimal_of(back) ? Value::of(number) : Value::unknown();
}

Value Value::of(const json::Value& value) {
  if (value.is_null()) return null();
  if (const auto flag = value.as_bool()) return of(Truth::of(*flag));
  if (const auto* text = value.as_string()) return of(std::string_view(*text));
  if (const auto* number = value.as_number()) return exact_number(number->text);
  return {.tag = Tag::json, .json = &value};
}

}  // namespace gatehouse::policy
