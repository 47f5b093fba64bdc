#pragma once
#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// A reader of JSON that shares nothing with the ones under test: what a careful server understands of the bytes it gets.
namespace gatehouse::test {

/// A number without its spelling: `1000`, `1e3` and `1000.0` are equal.
struct Decimal {
  bool negative = false;
  std::string digits;         ///< Significant ones; empty: zero.
  std::int64_t exponent = 0;  ///< Of the last digit.
  bool operator==(const Decimal&) const = default;

  /// The value is `0.digits` times ten to the power of this.
  [[nodiscard]] std::int64_t magnitude() const { return static_cast<std::int64_t>(digits.size()) + exponent; }
  /// REQUIRES: `other` is positive.
  [[nodiscard]] bool at_most(const Decimal& other) const {
    if (negative || digits.empty()) return true;
    return magnitude() != other.magnitude() ? magnitude() < other.magnitude() : digits <= other.digits;
  }
};

struct Seen {
  enum class Type : std::uint8_t { null, no, yes, number, string, array, object };
  Type type = Type::null;
  Decimal number;
  std::string string;
  std::vector<std::pair<std::string, Seen>> items;  ///< Members, or elements without names.
  bool operator==(const Seen&) const = default;

  [[nodiscard]] const Seen* find(std::string_view name) const {
    const auto found = std::ranges::find(items, name, [](const auto& item) -> std::string_view { return item.first; });
    return type == Type::object && found != items.end() ? &found->second : nullptr;
  }
};

class StrictJson {
 public:
  /// Nothing if it is not JSON, or if two readers could disagree: an object has two members with one name, in whatever spelling
  /// or letters; a string is not Unicode.
  [[nodiscard]] static std::optional<Seen> read(std::string_view text) {
    StrictJson reader(text);
    auto value = reader.value();
    reader.space();
    if (reader.bad_ || !reader.text_.empty()) return std::nullopt;
    return value;
  }

 private:
  explicit StrictJson(std::string_view text) : text_(text) {}

  Seen wrong() {
    bad_ = true;
    text_ = {};
    return {};
  }
  void space() { text_.remove_prefix(std::min(text_.find_first_not_of(" \t\r\n"), text_.size())); }
  bool take(std::string_view token) {
    if (!text_.starts_with(token)) return false;
    text_.remove_prefix(token.size());
    return true;
  }
  bool take_digits(std::string& out) {
    const std::size_t size = std::min(text_.find_first_not_of("0123456789"), text_.size());
    out.append(text_.substr(0, size));
    text_.remove_prefix(size);
    return size > 0;
  }

  Seen value() {
    space();
    if (take("null")) return {};
    if (take("true")) return {.type = Seen::Type::yes};
    if (take("false")) return {.type = Seen::Type::no};
    if (text_.starts_with('"')) return {.type = Seen::Type::string, .string = string()};
    if (take("[")) return container(Seen::Type::array, ']');
    if (take("{")) return container(Seen::Type::object, '}');
    return number();
  }

  Seen container(Seen::Type type, char end) {
    Seen out{.type = type};
    space();
    if (take({&end, 1})) return out;
    do {
      std::string name;
      if (type == Seen::Type::object) {
        space();
        if (!text_.starts_with('"')) return wrong();
        name = string();
        space();
        if (!take(":") || is_taken(out, name)) return wrong();
      }
      out.items.emplace_back(std::move(name), value());
      space();
    } while (take(","));
    return take({&end, 1}) ? out : wrong();
  }
  static bool is_taken(const Seen& object, std::string_view name) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
    return std::ranges::any_of(
        object.items, [&](const auto& item) { return std::ranges::equal(item.first, name, {}, lower, lower); });
  }

  Seen number() {
    Seen out{.type = Seen::Type::number};
    out.number.negative = take("-");
    std::string whole, fraction, power;
    if (!take_digits(whole) || (whole.size() > 1 && whole.front() == '0')) return wrong();
    if (take(".") && !take_digits(fraction)) return wrong();
    if (take("e") || take("E")) {
      const bool down = take("-");
      if (!down) (void)take("+");
      if (!take_digits(power) || power.size() > 9) return wrong();
      out.number.exponent = std::stoll(power) * (down ? -1 : 1);
    }
    std::string digits = whole + fraction;
    out.number.exponent -= static_cast<std::int64_t>(fraction.size());
    digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size()));
    for (; digits.ends_with('0'); digits.pop_back()) ++out.number.exponent;
    if (digits.empty()) out.number = {};
    out.number.digits = std::move(digits);
    return out;
  }

  std::string string() {
    text_.remove_prefix(1);
    std::string out;
    while (!text_.empty() && text_.front() != '"') {
      const auto c = static_cast<unsigned char>(text_.front());
      if (c < 0x20) return wrong().string;
      if (c >= 0x80) {
        if (!take_utf8(out)) return wrong().string;
      } else if (c == '\\') {
        if (!take_escape(out)) return wrong().string;
      } else {
        out += text_.front();
        text_.remove_prefix(1);
      }
    }
    return take("\"") ? out : wrong().string;
  }
  bool take_escape(std::string& out) {
    constexpr std::string_view kNames = "\"\\/bfnrt", kMeant = "\"\\/\b\f\n\r\t";
    text_.remove_prefix(1);
    if (text_.empty()) return false;
    if (const auto at = kNames.find(text_.front()); at != kNames.npos) {
      out += kMeant[at];
      text_.remove_prefix(1);
      return true;
    }
    std::uint32_t code = 0, low = 0;
    if (!take("u") || !take_unit(code) || (code >= 0xdc00 && code < 0xe000)) return false;
    if (code >= 0xd800 && code < 0xdc00) {
      if (!take("\\u") || !take_unit(low) || low < 0xdc00 || low > 0xdfff) return false;
      code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
    }
    append(out, code);
    return true;
  }
  bool take_unit(std::uint32_t& unit) {
    if (text_.size() < 4) return false;
    for (const char c : text_.substr(0, 4)) {
      const auto digit =
          std::string_view("0123456789abcdef").find(static_cast<char>(c >= 'A' && c <= 'F' ? c + 32 : c));
      if (digit == std::string_view::npos) return false;
      unit = unit * 16 + static_cast<std::uint32_t>(digit);
    }
    text_.remove_prefix(4);
    return true;
  }
  /// One character of two to four bytes, in the only way to write it.
  bool take_utf8(std::string& out) {
    const auto first = static_cast<unsigned char>(text_.front());
    const std::size_t size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    if (first < 0xc2 || first > 0xf4 || text_.size() < size) return false;
    std::uint32_t code = first & (0x7fU >> size);
    for (const char c : text_.substr(1, size - 1)) {
      if ((static_cast<unsigned char>(c) & 0xc0U) != 0x80U) return false;
      code = code << 6 | (static_cast<unsigned char>(c) & 0x3fU);
    }
    std::string shortest;
    append(shortest, code);
    if (shortest != text_.substr(0, size) || (code >= 0xd800 && code < 0xe000) || code > 0x10ffff) return false;
    out += shortest;
    text_.remove_prefix(size);
    return true;
  }
  static void append(std::string& out, std::uint32_t code) {
    const auto byte = [&](std::uint32_t value) { out += static_cast<char>(static_cast<unsigned char>(value)); };
    const auto rest = [&](unsigned shift) { byte(0x80U | (code >> shift & 0x3fU)); };
    if (code < 0x80) return byte(code);
    if (code < 0x800) {
      byte(0xc0U | code >> 6);
    } else if (code < 0x10000) {
      byte(0xe0U | code >> 12);
      rest(6);
    } else {
      byte(0xf0U | code >> 18);
      rest(12);
      rest(6);
    }
    rest(0);
  }

  std::string_view text_;
  bool bad_ = false;
};

}  // namespace gatehouse::test
