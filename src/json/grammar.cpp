#include "src/json/grammar.hpp"

#include <string>
#include <vector>

namespace gatehouse::json::grammar {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

const char* skip_digits(const char* at, const char* end) {
  while (at != end && is_digit(*at)) ++at;
  return at;
}

/// Each step returns what is wrong at `at_`, or null.
class Checker {
 public:
  Checker(std::string_view text, std::size_t max_depth)
      : at_(text.data()), end_(text.data() + text.size()), max_depth_(max_depth) {}

  [[nodiscard]] const char* at() const { return at_; }

  const char* run() {
    for (;;) {
      bool opened = false;
      if (const char* reason = begin_value(opened)) return reason;
      if (opened) continue;
      bool finished = false;
      if (const char* reason = end_value(finished)) return reason;
      if (finished) return nullptr;
    }
  }

 private:
  /// Takes a scalar, an empty container up to its closing bracket, or the beginning of a container (`opened`).
  const char* begin_value(bool& opened) {
    skip();
    if (at_ == end_) return "the text ends where a value should be";
    if (*at_ != '{' && *at_ != '[') return scalar();
    if (in_object_.size() == max_depth_) return "values are nested too deeply";
    in_object_.push_back(*at_++ == '{');
    skip();
    if (at_closing_bracket()) return nullptr;
    opened = true;
    return in_object_.back() ? key() : nullptr;
  }

  /// Closes what ends here and takes the comma in front of the next value.
  const char* end_value(bool& finished) {
    for (;;) {
      skip();
      if (in_object_.empty()) {
        finished = true;
        return at_ == end_ ? nullptr : "text follows the value";
      }
      if (!at_closing_bracket()) break;
      ++at_;
      in_object_.pop_back();
    }
    if (at_ == end_) return "the text ends inside an object or array";
    if (*at_ != ',') return "a comma or closing bracket is missing";
    ++at_;
    return in_object_.back() ? key() : nullptr;
  }

  const char* key() {
    skip();
    if (at_ == end_ || *at_ != '"') return "a member's name is missing";
    if (const char* reason = token(string_end(at_, end_), "the name of a member is malformed")) return reason;
    skip();
    if (at_ == end_ || *at_ != ':') return "a colon is missing";
    ++at_;
    return nullptr;
  }

  const char* scalar() {
    switch (*at_) {
      case '"': return token(string_end(at_, end_), "a string is malformed");
      case 't': return literal("true");
      case 'f': return literal("false");
      case 'n': return literal("null");
      default:
        if (*at_ != '-' && !is_digit(*at_)) return "no value begins like this";
        return token(number_end(at_, end_), "a number is malformed");
    }
  }

  const char* literal(std::string_view word) {
    const bool same = std::string_view(at_, static_cast<std::size_t>(end_ - at_)).starts_with(word);
    return token(same ? at_ + word.size() : nullptr, "no value begins like this");
  }

  const char* token(const char* behind, const char* reason) {
    if (!behind) return reason;
    at_ = behind;
    return nullptr;
  }

  void skip() { at_ = skip_space(at_, end_); }
  [[nodiscard]] bool at_closing_bracket() const { return at_ != end_ && *at_ == (in_object_.back() ? '}' : ']'); }

  const char* at_;
  const char* end_;
  std::size_t max_depth_;
  std::vector<bool> in_object_;  // one entry per open container
};

}  // namespace

const char* escape_end(const char* at, const char* end) {
  if (end - at < 2) return nullptr;
  if (at[1] != 'u') return std::string_view("\"\\/bfnrt").find(at[1]) != std::string_view::npos ? at + 2 : nullptr;
  if (end - at < 6) return nullptr;
  for (int i = 2; i < 6; ++i) {
    if (!is_hex(at[i])) return nullptr;
  }
  return at + 6;
}

const char* string_end(const char* at, const char* end) {
  for (++at; at != end;) {
    if (*at == '"') return at + 1;
    if (static_cast<unsigned char>(*at) < 0x20) return nullptr;
    at = *at == '\\' ? escape_end(at, end) : at + 1;
    if (!at) return nullptr;
  }
  return nullptr;
}

const char* number_end(const char* at, const char* end) {
  if (at != end && *at == '-') ++at;
  const char* whole = at;
  at = skip_digits(at, end);
  if (at == whole || (*whole == '0' && at - whole > 1)) return nullptr;
  if (at != end && *at == '.') {
    const char* fraction = ++at;
    at = skip_digits(at, end);
    if (at == fraction) return nullptr;
  }
  if (at != end && (*at == 'e' || *at == 'E')) {
    ++at;
    if (at != end && (*at == '+' || *at == '-')) ++at;
    const char* exponent = at;
    at = skip_digits(at, end);
    if (at == exponent) return nullptr;
  }
  return at;
}

const char* skip_space(const char* at, const char* end) {
  while (at != end && is_space(*at)) ++at;
  return at;
}

std::string_view trim_end(std::string_view text) {
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

Result<void> check(std::string_view text, std::size_t max_depth) {
  Checker checker(text, max_depth);
  const char* reason = checker.run();
  if (!reason) return {};
  const auto place = std::to_string(checker.at() - text.data());
  return fail(Kind::parse_error, Origin::client, "invalid JSON at byte " + place + ": " + reason);
}

}  // namespace gatehouse::json::grammar
