#include "request_scan.hpp"

#include <algorithm>
#include <charconv>

namespace backend {
namespace {

constexpr bool is_space(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

std::size_t skip_space(std::string_view text, std::size_t at) {
  while (at < text.size() && is_space(text[at])) ++at;
  return at;
}

/// `at` stands on the opening quote; returns the place after the closing one.
std::size_t skip_string(std::string_view text, std::size_t at) {
  for (++at; at < text.size(); ++at) {
    if (text[at] == '\\') {
      ++at;
    } else if (text[at] == '"') {
      return at + 1;
    }
  }
  return text.size();
}

std::size_t skip_value(std::string_view text, std::size_t at) {
  int depth = 0;
  while (at < text.size()) {
    const char c = text[at];
    if (c == '"') {
      at = skip_string(text, at);
      if (depth == 0) return at;
      continue;
    }
    if (c == '{' || c == '[') ++depth;
    if (c == '}' || c == ']') --depth;
    if (depth < 0 || (depth == 0 && c == ',')) return at;  // the end of the object around a number or literal
    ++at;
    if (depth == 0 && (c == '}' || c == ']')) return at;
  }
  return text.size();
}

std::string_view without_quotes(std::string_view value) {
  return value.size() >= 2 && value.front() == '"' ? value.substr(1, value.size() - 2) : std::string_view();
}

/// Calls `visit(key, value)` for each member of an object.
template <typename Visit>
void for_each_member(std::string_view object, Visit visit) {
  std::size_t at = skip_space(object, 0);
  if (at == object.size() || object[at] != '{') return;
  ++at;
  while (true) {
    at = skip_space(object, at);
    if (at >= object.size() || object[at] != '"') return;
    const std::size_t key_end = skip_string(object, at);
    const std::string_view key = without_quotes(object.substr(at, key_end - at));
    at = skip_space(object, key_end);
    if (at >= object.size() || object[at] != ':') return;
    at = skip_space(object, at + 1);
    const std::size_t value_end = skip_value(object, at);
    std::string_view value = object.substr(at, value_end - at);
    while (!value.empty() && is_space(value.back())) value.remove_suffix(1);
    visit(key, value);
    at = skip_space(object, value_end);
    if (at >= object.size() || object[at] != ',') return;
    ++at;
  }
}

}  // namespace

Request scan_request(std::string_view message) {
  Request request;
  const auto argument = [&request](std::string_view key, std::string_view value) {
    if (key == "text") request.text = without_quotes(value);
    if (key == "bytes") std::from_chars(value.data(), value.data() + value.size(), request.bytes);
  };
  const auto parameter = [&](std::string_view key, std::string_view value) {
    if (key == "name") request.name = without_quotes(value);
    if (key == "cursor") request.cursor = without_quotes(value);
    if (key == "protocolVersion") request.protocol_version = without_quotes(value);
    if (key == "arguments") for_each_member(value, argument);
  };
  for_each_member(message, [&](std::string_view key, std::string_view value) {
    if (key == "id") request.id = value;
    if (key == "method") request.method = without_quotes(value);
    if (key == "params") for_each_member(value, parameter);
  });
  return request;
}

}  // namespace backend
