#pragma once
// Random JSON for property tests: the same seed gives the same texts everywhere.
#include <array>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>

#include <gatehouse/json/value.hpp>

namespace gatehouse::json::test {

class RandomJson {
 public:
  explicit RandomJson(std::uint32_t seed) : engine_(seed) {}

  /// 0 … limit - 1. Not a std distribution: their results differ between standard libraries.
  std::size_t below(std::size_t limit) { return engine_() % limit; }
  bool one_in(std::size_t n) { return below(n) == 0; }

  Value value(int depth) {
    switch (below(depth > 0 ? 8 : 6)) {
      case 0: return Value();
      case 1: return Value(one_in(2));
      case 2: return Value(static_cast<std::int64_t>(below(1000)) - 500);
      case 3: return Value::number(std::string(pick(kNumbers)));
      case 4:
      case 5: return Value(text());
      case 6: return array(depth - 1);
      default: return object(depth - 1);
    }
  }

  Value array(int depth) {
    Value result = Value::array();
    for (std::size_t n = below(5); n > 0; --n) result.push(value(depth));
    return result;
  }

  Value object(int depth) {
    Value result = Value::object();
    for (std::size_t n = below(6); n > 0; --n) result.set(text(), value(depth));
    return result;
  }

  std::string text() {
    std::string result;
    for (std::size_t n = below(8); n > 0; --n) result += pick(kCharacters);
    return result;
  }

  /// The value with random white space and random spellings of its strings.
  std::string spelled(const Value& value) {
    std::string out = space();
    if (const auto* items = value.as_array()) {
      out += '[';
      for (std::size_t i = 0; i < items->size(); ++i) out += (i ? "," : "") + spelled((*items)[i]);
      out += (items->empty() ? space() : "") + "]";
    } else if (const auto* members = value.as_object()) {
      out += '{';
      for (std::size_t i = 0; i < members->size(); ++i) {
        out += (i ? "," : "") + space() + spelled_text((*members)[i].first) + space() + ":" +
               spelled((*members)[i].second);
      }
      out += (members->empty() ? space() : "") + "}";
    } else if (const auto* string = value.as_string()) {
      out += spelled_text(*string);
    } else {
      out += value.str();
    }
    return out + space();
  }

  /// The text with a few bytes removed, doubled or replaced by bytes that matter to a parser.
  std::string damaged(std::string text) {
    constexpr std::string_view kBytes = "{}[]\",:\\ \n\t0123456789.eE+-tfnua/\x01\x7f\x80\xc3\xff";
    for (std::size_t n = 1 + below(3); n > 0 && !text.empty(); --n) {
      const std::size_t at = below(text.size());
      switch (below(4)) {
        case 0: text.erase(at, 1 + below(3)); break;
        case 1: text.insert(at, 1, text[at]); break;
        case 2: text.insert(at, 1, kBytes[below(kBytes.size())]); break;
        default: text[at] = kBytes[below(kBytes.size())];
      }
    }
    return text;
  }

 private:
  static constexpr std::array<std::string_view, 10> kNumbers = {"0",
                                                                "-0",
                                                                "1.50",
                                                                "-12e3",
                                                                "1E+2",
                                                                "0.0",
                                                                "123456789012345678901234567890",
                                                                "1e400",
                                                                "-2.5e-7",
                                                                "9007199254740993"};
  static constexpr std::array<std::string_view, 14> kCharacters = {
      "a", "b", "name", "id", "\"", "\\", "/", "\n", "\x01", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80", " ", "}"};

  template <std::size_t N>
  std::string_view pick(const std::array<std::string_view, N>& choices) {
    return choices[below(N)];
  }

  std::string space() {
    std::string out;
    while (one_in(4)) out += " \t\n\r"[below(4)];
    return out;
  }

  std::string spelled_text(std::string_view text) {
    std::string out = json::quoted(text);
    for (std::size_t i = 1; i + 1 < out.size(); ++i) {
      if (out[i] == '\\') {
        ++i;
      } else if (out[i] == '/' && one_in(2)) {
        out.insert(i++, 1, '\\');
      } else if (out[i] >= 'a' && out[i] <= 'n' && one_in(6)) {
        const char digit = "123456789abcde"[out[i] - 'a'];
        out.replace(i, 1, std::string("\\u006") + digit);
        i += 5;
      }
    }
    return out;
  }

  std::mt19937 engine_;
};

}  // namespace gatehouse::json::test
