#include "src/json/token_check.hpp"

#include <algorithm>
#include <cstring>

namespace gatehouse::json {
namespace {

class TokenChecker {
 public:
  TokenChecker(const Span& span, std::size_t max_depth, std::vector<char>& open)
      : span_(span),
        end_(span.text + span.size),
        max_depth_(max_depth),
        open_(open),
        escape_(find_escape(span.text, end_)) {}

  bool run() {
    for (;;) {
      bool opened = false;
      if (!begin_value(opened)) return false;
      if (opened) continue;
      if (!close()) return false;
      if (depth_ == 0) return token_ == span_.count;
    }
  }

 private:
  /// Takes a scalar, an empty container up to its closing bracket, or the beginning of a container (`opened`).
  bool begin_value(bool& opened) {
    const char first = span_.at(token_);
    switch (begins(first)) {
      case Begins::object:
        if (!push('}')) return false;
        if (span_.at(token_) == '}') return true;
        opened = true;
        return key();
      case Begins::array:
        if (!push(']')) return false;
        opened = span_.at(token_) != ']';
        return true;
      case Begins::string: return string();
      case Begins::number: return ends_here(grammar::number_end(span_.begin_of(token_), end_));
      case Begins::boolean: return first == 't' ? literal("true") : literal("false");
      case Begins::null: return literal("null");
      case Begins::none: break;
    }
    return false;
  }

  /// Closes what ends here and takes the comma in front of the next value.
  bool close() {
    while (depth_ > 0 && span_.at(token_) == open_[depth_ - 1]) {
      ++token_;
      --depth_;
    }
    if (depth_ == 0) return true;
    if (span_.at(token_) != ',') return false;
    ++token_;
    return open_[depth_ - 1] == ']' || key();
  }

  bool push(char closing) {
    if (depth_ == max_depth_) return false;
    if (depth_ == open_.size()) open_.resize(std::max<std::size_t>(2 * depth_, 64));
    open_[depth_++] = closing;
    ++token_;
    return true;
  }

  bool key() {
    if (span_.at(token_) != '"' || !string() || span_.at(token_) != ':') return false;
    ++token_;
    return true;
  }

  /// The scan has found the end of the string; only escape sequences are left to check, and few strings have them.
  bool string() {
    const char* const next = span_.text + span_.starts[++token_];
    while (escape_ < next) {
      const char* const behind = grammar::escape_end(escape_, end_);
      if (!behind) return false;
      escape_ = find_escape(behind, end_);
    }
    return true;
  }

  bool literal(std::string_view word) {
    const char* const begin = span_.begin_of(token_);
    const bool same =
        static_cast<std::size_t>(end_ - begin) >= word.size() && !std::memcmp(begin, word.data(), word.size());
    return same && ends_here(begin + word.size());
  }

  /// Whether the current token ends at `behind`, and if so goes to the next.
  bool ends_here(const char* behind) {
    if (!behind) return false;
    ++token_;
    return behind == span_.text + span_.starts[token_] || grammar::is_space(*behind);
  }

  const Span& span_;
  const char* end_;
  std::size_t max_depth_;
  std::vector<char>& open_;  // the closing bracket of each open container
  const char* escape_;       // the next backslash, or the end
  std::size_t depth_ = 0;
  std::uint32_t token_ = 0;
};

}  // namespace

bool is_grammatical(const Span& span, std::size_t max_depth, std::vector<char>& open) {
  return TokenChecker(span, max_depth, open).run();
}

}  // namespace gatehouse::json
