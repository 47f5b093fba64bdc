#include <gatehouse/net/http1.hpp>

#include <algorithm>

#include "src/net/http1_chars.hpp"

namespace gatehouse::net {
namespace {

constexpr std::size_t kMaxOverhead = 16 * 1024;  // extensions and trailers of one body
constexpr unsigned kMaxDigits = 15;              // 2^60 bytes; leaves no room for overflow

int hex_digit(char c) {
  if (is_digit(c)) return c - '0';
  const char lower = to_lower(c);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

std::unexpected<Error> broken(std::string_view what) {
  return fail(Kind::invalid_request, Origin::client, std::string{what});
}

}  // namespace

Result<std::size_t> ChunkedDecoder::feed(std::string_view bytes, FunctionRef<Result<void>(std::string_view)> emit) {
  std::size_t at = 0;
  while (at < bytes.size() && state_ != State::done) {
    if (state_ == State::data) {
      const std::size_t size = static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size() - at));
      if (auto taken = emit(bytes.substr(at, size)); !taken) return std::unexpected(std::move(taken.error()));
      at += size;
      left_ -= size;
      if (left_ == 0) state_ = State::data_cr;
      continue;
    }
    if (const std::string_view flaw = step(bytes[at++]); !flaw.empty()) return broken(flaw);
  }
  return at;
}

std::string_view ChunkedDecoder::step(char c) {
  switch (state_) {
    case State::size: return size_byte(c);
    case State::extension: return text_byte(c, State::size_lf);
    case State::size_lf:
      if (c != '\n') return "a chunk size line without CRLF";
      state_ = left_ > 0 ? State::data : State::trailer_start;
      digits_ = 0;
      return {};
    case State::data_cr:
      if (c != '\r') return "a chunk without CRLF behind it";
      state_ = State::data_lf;
      return {};
    case State::data_lf:
      if (c != '\n') return "a chunk without CRLF behind it";
      state_ = State::size;
      return {};
    case State::trailer_start:
      if (c == '\r') {
        state_ = State::end_lf;
        return {};
      }
      if (!is_token_byte(c)) return "a malformed trailer";
      state_ = State::trailer;
      return text_byte(c, State::trailer_lf);
    case State::trailer: return text_byte(c, State::trailer_lf);
    case State::trailer_lf:
      if (c != '\n') return "a trailer line without CRLF";
      state_ = State::trailer_start;
      return {};
    case State::end_lf:
      if (c != '\n') return "the last chunk without CRLF behind it";
      state_ = State::done;
      return {};
    case State::data:
    case State::done: break;
  }
  return {};
}

std::string_view ChunkedDecoder::size_byte(char c) {
  if (const int digit = hex_digit(c); digit >= 0) {
    if (++digits_ > kMaxDigits) return "a chunk size that is too large";
    left_ = left_ * 16 + static_cast<std::uint64_t>(digit);
    return {};
  }
  if (digits_ == 0 || (c != ';' && c != '\r')) return "a malformed chunk size";
  state_ = c == ';' ? State::extension : State::size_lf;
  return {};
}

std::string_view ChunkedDecoder::text_byte(char c, State after_cr) {
  if (c == '\r') {
    state_ = after_cr;
    return {};
  }
  if (is_control_byte(c)) return "a control character in the framing of a chunked body";
  if (++overhead_ > kMaxOverhead) return "too many bytes in chunk extensions and trailers";
  return {};
}

void append_chunk_head(std::string& out, std::size_t size) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  char text[2 * sizeof size];
  char* p = text + sizeof text;
  do {
    *--p = kDigits[size % 16];
    size /= 16;
  } while (size > 0);
  out.append(p, text + sizeof text).append("\r\n");
}

}  // namespace gatehouse::net
