#pragma once
#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

/// Building log lines in a fixed space, fast.
namespace gatehouse::telemetry {

/// One line in a space of the caller. What does not fit is cut; the result is well-formed as long as the budgets of its values
/// and the fixed texts together fit, which callers see to.
class Line {
 public:
  explicit Line(std::span<char> space) : begin_(space.data()), at_(begin_), end_(begin_ + space.size()) {}

  Line& raw(std::string_view text) {
    if (text.size() > free()) text = text.substr(0, free());
    at_ = std::copy_n(text.data(), text.size(), at_);
    return *this;
  }
  template <class Number>
  Line& number(Number value) {
    if (const auto [end, error] = std::to_chars(at_, end_, value); error == std::errc{}) at_ = end;
    return *this;
  }
  /// Milliseconds with three decimals.
  Line& milliseconds(std::chrono::steady_clock::duration duration);
  /// The text as it stands inside a JSON string, at most `budget` bytes long; a cut is marked with "…". Control characters,
  /// also those of terminals, are escaped; bytes that are not UTF-8 become U+FFFD.
  Line& escaped(std::string_view text, std::size_t budget);
  /// For people: bare if it is one plain word, else in quotes.
  Line& word(std::string_view text, std::size_t budget);

  [[nodiscard]] std::string_view view() const { return {begin_, static_cast<std::size_t>(at_ - begin_)}; }
  [[nodiscard]] std::size_t free() const { return static_cast<std::size_t>(end_ - at_); }

 private:
  void escape_one(std::string_view& text);
  char* begin_;
  char* at_;
  char* end_;
};

/// UTC as `2026-01-31T23:59:59.123Z`; spells the second only when it changes.
class Stamp {
 public:
  [[nodiscard]] std::string_view at(std::chrono::system_clock::time_point time);

 private:
  std::int64_t second_ = INT64_MIN;
  char text_[32] = {};
};

/// Whether text for people gets colours: `fd` is a terminal that can show them and NO_COLOR (no-color.org) is not set.
[[nodiscard]] bool wants_colour(int fd);

}  // namespace gatehouse::telemetry
