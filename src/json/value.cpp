#include <gatehouse/json/value.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <system_error>

namespace gatehouse::json {
namespace {

struct Decimal {
  bool negative = false;
  std::string digits;         // without leading and trailing zeros; empty: zero
  std::int64_t exponent = 0;  // value = digits * 10^exponent
};

/// REQUIRES: `text` is a JSON number. An exponent beyond all use is cut to ±1e9.
Decimal decimal_of(std::string_view text) {
  Decimal result;
  if (text.starts_with('-')) {
    result.negative = true;
    text.remove_prefix(1);
  }
  const std::size_t e = text.find_first_of("eE");
  if (e != std::string_view::npos) {
    std::string_view power = text.substr(e + 1);
    const bool down = power.starts_with('-');
    if (power.starts_with('+') || down) power.remove_prefix(1);
    const auto [end, failed] = std::from_chars(power.data(), power.data() + power.size(), result.exponent);
    if (failed != std::errc{} || result.exponent > 1'000'000'000) result.exponent = 1'000'000'000;
    if (down) result.exponent = -result.exponent;
    text = text.substr(0, e);
  }
  const std::size_t point = text.find('.');
  if (point != std::string_view::npos) result.exponent -= static_cast<std::int64_t>(text.size() - point - 1);
  for (const char c : text) {
    if (c != '.' && !(c == '0' && result.digits.empty())) result.digits += c;
  }
  while (result.digits.ends_with('0')) {
    result.digits.pop_back();
    ++result.exponent;
  }
  return result;
}

bool has_children(const Value& value) {
  if (const auto* items = value.as_array()) return !items->empty();
  if (const auto* members = value.as_object()) return !members->empty();
  return false;
}

/// Moves the children that are containers with content to `out`.
void detach_containers(Value& value, std::vector<Value>& out) {
  const auto detach = [&out](Value& child) {
    if (has_children(child)) out.push_back(std::move(child));
  };
  if (auto* items = value.as_array()) {
    for (Value& item : *items) detach(item);
  } else if (auto* members = value.as_object()) {
    for (auto& member : *members) detach(member.second);
  }
}

}  // namespace

/// Takes nested containers apart in a loop: an own stack, so that depth costs none of the thread's.
Value::~Value() {
  if (!has_children(*this)) return;
  std::vector<Value> pending;
  detach_containers(*this, pending);
  while (!pending.empty()) {
    Value next = std::move(pending.back());
    pending.pop_back();
    detach_containers(next, pending);
  }
}

Value::Value(double number) {
  if (!std::isfinite(number)) return;
  char text[32];
  const auto [end, failed] = std::to_chars(std::begin(text), std::end(text), number);
  data_ = Number{std::string(text, end)};
}

std::optional<bool> Value::as_bool() const {
  const bool* flag = std::get_if<bool>(&data_);
  return flag ? std::optional(*flag) : std::nullopt;
}

std::optional<std::int64_t> Value::as_int() const {
  const Number* number = as_number();
  if (!number) return std::nullopt;
  Decimal value = decimal_of(number->text);
  if (value.digits.empty()) return 0;
  constexpr std::int64_t kMostDigits = 19;
  const auto size = static_cast<std::int64_t>(value.digits.size());
  if (value.exponent < 0 || size + value.exponent > kMostDigits) return std::nullopt;
  value.digits.append(static_cast<std::size_t>(value.exponent), '0');
  if (value.negative) value.digits.insert(0, 1, '-');
  std::int64_t result = 0;
  const auto [end, failed] = std::from_chars(value.digits.data(), value.digits.data() + value.digits.size(), result);
  return failed == std::errc{} ? std::optional(result) : std::nullopt;
}

std::optional<double> Value::as_double() const {
  const Number* number = as_number();
  if (!number) return std::nullopt;
  double result = 0;
  const char* const begin = number->text.data();
  const auto [end, failed] = std::from_chars(begin, begin + number->text.size(), result);
  return failed == std::errc{} ? std::optional(result) : std::nullopt;
}

const Value* Value::find(std::string_view key) const {
  const Object* members = as_object();
  if (!members) return nullptr;
  const auto found = std::find_if(members->begin(), members->end(), [key](const auto& m) { return m.first == key; });
  return found == members->end() ? nullptr : &found->second;
}

Value* Value::find(std::string_view key) { return const_cast<Value*>(std::as_const(*this).find(key)); }

std::string_view Value::text(std::string_view key, std::string_view otherwise) const {
  const Value* member = find(key);
  const std::string* text = member ? member->as_string() : nullptr;
  return text ? std::string_view(*text) : otherwise;
}

void Value::set(std::string_view key, Value value) {
  if (Value* member = find(key)) {
    *member = std::move(value);
    return;
  }
  if (!is_object()) *this = Value(Object{});
  as_object()->emplace_back(std::string(key), std::move(value));
}

void Value::erase(std::string_view key) {
  if (Object* members = as_object()) std::erase_if(*members, [key](const auto& m) { return m.first == key; });
}

void Value::push(Value value) {
  if (!is_array()) *this = Value(Array{});
  as_array()->push_back(std::move(value));
}

}  // namespace gatehouse::json
