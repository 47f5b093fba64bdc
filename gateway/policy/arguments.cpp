#include "gateway/policy/arguments.hpp"

#include <algorithm>
#include <vector>

#include <gatehouse/json/text.hpp>

namespace gatehouse::policy {
namespace {

constexpr std::string_view kLongS = "\xc5\xbf", kKelvin = "\xe2\x84\xaa";

/// One character of `text`, folded; what is not ASCII stays.
char next_folded(std::string_view& text) {
  char c = text.front();
  std::size_t size = 1;
  if (text.starts_with(kLongS)) {
    c = 's';
    size = kLongS.size();
  } else if (text.starts_with(kKelvin)) {
    c = 'k';
    size = kKelvin.size();
  } else if (c >= 'A' && c <= 'Z') {
    c = static_cast<char>(c - 'A' + 'a');
  }
  text.remove_prefix(size);
  return c;
}

std::string folded(std::string_view text) {
  std::string out;
  while (!text.empty()) out += next_folded(text);
  return out;
}

/// Looks for keys with escapes and half characters in a text that is valid JSON. Empty if there are none.
std::string_view unclear_text(std::string_view text) {
  for (std::size_t at = text.find('"'); at != text.npos; at = text.find('"', at)) {
    std::size_t end = at + 1;
    bool escapes = false, units = false;
    for (; end < text.size() && text[end] != '"'; ++end) {
      if (text[end] != '\\') continue;
      escapes = true;
      units = units || (end + 1 < text.size() && text[end + 1] == 'u');
      ++end;
    }
    const auto behind = text.find_first_not_of(" \t\r\n", end + 1);
    if (escapes && behind != text.npos && text[behind] == ':') return "a key is written with an escape sequence";
    if (units && !json::unquote(text.substr(at, end + 1 - at))) return "a string contains half a character";
    at = end + 1;
    if (at > text.size()) break;
  }
  return {};
}

std::string_view unclear_keys(const json::Value::Object& members) {
  std::vector<std::string> keys;
  keys.reserve(members.size());
  for (const auto& member : members) keys.push_back(folded(member.first));
  std::ranges::sort(keys);
  return std::ranges::adjacent_find(keys) == keys.end() ? std::string_view()
                                                        : "an object has two keys that differ in case only";
}

std::string_view unclear_value(const json::Value& root) {
  std::vector<const json::Value*> todo{&root};
  while (!todo.empty()) {
    const json::Value& value = *todo.back();
    todo.pop_back();
    if (const auto* items = value.as_array())
      for (const json::Value& item : *items) todo.push_back(&item);
    if (const auto* members = value.as_object()) {
      if (const auto unclear = unclear_keys(*members); !unclear.empty()) return unclear;
      for (const auto& member : *members) todo.push_back(&member.second);
    }
  }
  return {};
}

}  // namespace

bool folds_to(std::string_view a, std::string_view b) {
  while (!a.empty() && !b.empty())
    if (next_folded(a) != next_folded(b)) return false;
  return a.empty() && b.empty();
}

const json::Value* Arguments::value() {
  if (!is_read_) read();
  return refusal_.empty() ? &value_ : nullptr;
}

void Arguments::read() {
  is_read_ = true;
  if (raw_.empty()) {
    value_ = json::Value::object();
    return;
  }
  if (raw_.size() > kMaxBytes) {
    refusal_ = "The arguments are longer than 1 MiB, so the access rules for this call cannot be applied.";
    return;
  }
  std::string_view unclear = unclear_text(raw_);
  if (unclear.empty()) {
    auto parsed = json::parse(raw_, kMaxDepth);
    if (!parsed) {
      unclear = "an object has a key twice, or they are nested more than 64 levels deep";
    } else {
      unclear = unclear_value(*parsed);
      value_ = std::move(*parsed);
    }
  }
  if (!unclear.empty())
    refusal_ = "The arguments could be read in two ways, so the access rules for this call cannot be applied: " +
               std::string(unclear) + ".";
}

}  // namespace gatehouse::policy
