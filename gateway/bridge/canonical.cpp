#include "gateway/bridge/canonical.hpp"

#include <algorithm>
#include <charconv>
#include <vector>

namespace gatehouse::bridge {
namespace {

/// `<digits>e<exponent>` without zeros at either end of the digits; "0" for every zero.
std::string canonical_number(std::string_view text) {
  std::string out;
  if (text.starts_with('-')) {
    out = "-";
    text.remove_prefix(1);
  }
  const auto e = text.find_first_of("eE");
  std::int64_t exponent = 0;
  if (e != text.npos) {
    const char* begin = text.data() + e + 1 + (text[e + 1] == '+' ? 1 : 0);
    // An exponent that no number type can hold stays as it was written.
    if (std::from_chars(begin, text.data() + text.size(), exponent).ec != std::errc{}) return out.append(text);
  }
  std::string digits(text.substr(0, e));
  if (const auto point = digits.find('.'); point != digits.npos) {
    exponent -= static_cast<std::int64_t>(digits.size() - point - 1);
    digits.erase(point, 1);
  }
  while (digits.ends_with('0')) {
    digits.pop_back();
    ++exponent;
  }
  digits.erase(0, digits.find_first_not_of('0'));
  if (digits.empty()) return "0";
  return out.append(digits).append("e").append(std::to_string(exponent));
}

void append(std::string& out, const json::Value& value) {
  if (const auto* number = value.as_number()) {
    out += canonical_number(number->text);
  } else if (const auto* items = value.as_array()) {
    bool first = true;
    out += '[';
    for (const auto& item : *items) {
      if (!std::exchange(first, false)) out += ',';
      append(out, item);
    }
    out += ']';
  } else if (const auto* object = value.as_object()) {
    std::vector<const std::pair<std::string, json::Value>*> members;
    for (const auto& member : *object) members.push_back(&member);
    std::ranges::sort(members, {}, [](const auto* member) -> const std::string& { return member->first; });
    bool first = true;
    out += '{';
    for (const auto* member : members) {
      if (!std::exchange(first, false)) out += ',';
      json::append_string(out, member->first);
      out += ':';
      append(out, member->second);
    }
    out += '}';
  } else {
    value.append_to(out);
  }
}

}  // namespace

std::string canonical(const json::Value& value) {
  std::string out;
  append(out, value);
  return out;
}

}  // namespace gatehouse::bridge
