#include "message_scanner.hpp"

#include <cstdint>
#include <cstring>

namespace loadgen {
namespace {

/// Whether one of the eight bytes is `c`. The exclusive or makes such a byte zero, and subtracting one from each byte
/// sets the top bit of a byte that had it clear only where that byte was zero (or follows one that was).
constexpr bool has_byte(std::uint64_t eight, char c) {
  constexpr std::uint64_t kOnes = 0x0101010101010101;
  const std::uint64_t zero_where_equal = eight ^ (kOnes * static_cast<unsigned char>(c));
  return ((zero_where_equal - kOnes) & ~zero_where_equal & (kOnes << 7)) != 0;
}

/// The first quote or backslash from `at` on, or the size. Eight bytes at a time: results can be long.
std::size_t find_quote_or_backslash(std::string_view text, std::size_t at) {
  for (; at + 8 <= text.size(); at += 8) {
    std::uint64_t eight = 0;
    std::memcpy(&eight, text.data() + at, sizeof eight);
    if (has_byte(eight, '"') || has_byte(eight, '\\')) break;
  }
  while (at < text.size() && text[at] != '"' && text[at] != '\\') ++at;
  return at;
}

}  // namespace

void MessageScanner::feed(std::string_view piece) {
  for (std::size_t i = 0; i < piece.size();) {
    if (state_ == State::string) {
      i += feed_string(piece.substr(i));
      continue;
    }
    const char c = piece[i++];
    if (state_ == State::escape) {
      token_.append({&c, 1});
      state_ = State::string;
    } else {
      feed_structure(c);
    }
  }
}

/// Skips to the end of the string or of the piece; returns how many bytes were used.
std::size_t MessageScanner::feed_string(std::string_view piece) {
  for (std::size_t at = 0; at < piece.size();) {
    const std::size_t stop = find_quote_or_backslash(piece, at);
    token_.append(piece.substr(at, stop - at));
    if (stop == piece.size()) break;
    if (piece[stop] == '"') {
      state_ = State::structure;
      end_string();
      return stop + 1;
    }
    token_.append(piece.substr(stop, 2));
    if (stop + 1 == piece.size()) state_ = State::escape;
    at = stop + 2;
  }
  return piece.size();
}

void MessageScanner::feed_structure(char c) {
  const bool ends_literal = c == ',' || c == '}' || c == ']' || c == ' ' || c == '\n' || c == '\r' || c == '\t';
  if (state_ == State::literal) {
    if (!ends_literal) return token_.append({&c, 1});
    state_ = State::structure;
    end_literal();
  }
  if (c == ' ' || c == '\n' || c == '\r' || c == '\t') return;
  if (started_ && depth_ == 0) {
    trailing_garbage_ = true;
    return;
  }
  started_ = true;
  switch (c) {
    case '{':
    case '[':
      ++depth_;
      is_value_ = false;
      break;
    case '}':
    case ']':
      --depth_;
      is_value_ = false;
      break;
    case ',': is_value_ = false; break;
    case ':':
      take_key();
      is_value_ = true;
      break;
    case '"':
      token_.clear();
      state_ = State::string;
      break;
    default:
      token_.clear();
      token_.append({&c, 1});
      state_ = State::literal;
  }
}

void MessageScanner::take_key() {
  const std::string_view key = token_.view();
  if (depth_ == 1) {
    member_ = key == "id"       ? Member::id
              : key == "result" ? Member::result
              : key == "error"  ? Member::error
              : key == "method" ? Member::method
                                : Member::other;
    has_result_ |= member_ == Member::result;
    has_error_ |= member_ == Member::error;
    has_method_ |= member_ == Member::method;
  }
  key_is_tool_error_ = depth_ == 2 && member_ == Member::result && key == "isError";
  key_is_text_ = depth_ > 2 && member_ == Member::result && key == "text";
}

void MessageScanner::end_string() {
  if (!is_value_) return;
  if (depth_ == 1 && member_ == Member::id) {
    id_.clear();
    id_.append("\"");
    id_.append(token_.view());
    id_.append("\"");
  }
  if (key_is_text_ && !has_text_) {
    text_ = token_;
    has_text_ = true;
  }
}

void MessageScanner::end_literal() {
  if (!is_value_) return;
  if (depth_ == 1 && member_ == Member::id) id_ = token_;
  if (key_is_tool_error_) is_tool_error_ = token_.view() == "true";
}

}  // namespace loadgen
