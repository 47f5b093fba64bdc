#include "gateway/telemetry/line.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdlib>
#include <cstring>
#include <ctime>

#ifdef __SSE2__
#include <emmintrin.h>
#endif
#include <unistd.h>

namespace gatehouse::telemetry {
namespace {

constexpr std::uint64_t kOnes = 0x0101010101010101, kHighs = 0x8080808080808080;

/// Some byte of the eight is not plain ASCII text: < 0x20, '"', '\', 0x7f or >= 0x80.
constexpr bool needs_care(std::uint64_t bytes) {
  const auto has = [bytes](std::uint64_t c) {
    const std::uint64_t x = bytes ^ (kOnes * c);
    return (x - kOnes) & ~x;
  };
  const std::uint64_t controls = (bytes - kOnes * 0x20) & ~bytes;
  return ((bytes | controls | has('"') | has('\\') | has(0x7f)) & kHighs) != 0;
}
constexpr bool is_plain(unsigned char c) { return c >= 0x20 && c < 0x7f && c != '"' && c != '\\'; }

/// Four to seven bytes as one word: their first half and their last, which may overlap.
std::uint64_t short_word(std::string_view text) {
  std::uint32_t first, last;
  std::memcpy(&first, text.data(), sizeof first);
  std::memcpy(&last, text.data() + text.size() - sizeof last, sizeof last);
  return first | std::uint64_t{last} << 32;
}

#ifdef __SSE2__
/// The same of sixteen bytes.
bool needs_care(__m128i bytes) {
  const __m128i low = _mm_cmplt_epi8(bytes, _mm_set1_epi8(0x20));  // signed: >= 0x80 is low, too
  const __m128i quotes = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"'));
  const __m128i escapes = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'));
  const __m128i dels = _mm_cmpeq_epi8(bytes, _mm_set1_epi8(0x7f));
  return _mm_movemask_epi8(_mm_or_si128(_mm_or_si128(low, dels), _mm_or_si128(quotes, escapes))) != 0;
}

/// Eight bytes or more: by sixteen, the last of which may overlap those before, or by twice eight.
bool is_plain_long(std::string_view text) {
  const auto half = [](const char* at) { return _mm_loadl_epi64(reinterpret_cast<const __m128i*>(at)); };
  const auto whole = [](const char* at) { return _mm_loadu_si128(reinterpret_cast<const __m128i*>(at)); };
  const char* const end = text.data() + text.size();
  if (text.size() <= 16) return !needs_care(_mm_unpacklo_epi64(half(text.data()), half(end - 8)));
  for (const char* at = text.data(); at < end - 16; at += 16) {
    if (needs_care(whole(at))) return false;
  }
  return !needs_care(whole(end - 16));
}
#else
/// Eight bytes or more: by eight, the last of which may overlap those before.
bool is_plain_long(std::string_view text) {
  const auto word = [](const char* at) {
    std::uint64_t bytes;
    std::memcpy(&bytes, at, sizeof bytes);
    return bytes;
  };
  const char* const last = text.data() + text.size() - 8;
  for (const char* at = text.data(); at < last; at += 8) {
    if (needs_care(word(at))) return false;
  }
  return !needs_care(word(last));
}
#endif

/// All of it is plain ASCII text.
bool is_plain(std::string_view text) {
  constexpr std::size_t kWord = 8;
  if (text.size() >= kWord / 2 && text.size() < kWord) return !needs_care(short_word(text));
  if (text.size() < kWord)
    return std::ranges::all_of(text, [](char c) { return is_plain(static_cast<unsigned char>(c)); });
  return is_plain_long(text);
}

/// The length of the UTF-8 character at the front, 0 if the bytes are none (RFC 3629, section 4).
std::size_t utf8_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0; };
  const auto tail = [&](std::size_t i) { return (byte(i) & 0xC0) == 0x80; };
  const auto lead = static_cast<unsigned>(byte(0)), second = static_cast<unsigned>(byte(1));
  if (lead >= 0xC2 && lead <= 0xDF && tail(1)) return 2;
  if ((lead & 0xF0) == 0xE0 && tail(1) && tail(2))
    return (lead == 0xE0 && second < 0xA0) || (lead == 0xED && second > 0x9F) ? 0 : 3;
  if (lead >= 0xF0 && lead <= 0xF4 && tail(1) && tail(2) && tail(3))
    return (lead == 0xF0 && second < 0x90) || (lead == 0xF4 && second > 0x8F) ? 0 : 4;
  return 0;
}

constexpr std::string_view kCut = "\u2026";  // …
constexpr std::size_t kLongest = 6;          // \u0001

}  // namespace

Line& Line::milliseconds(std::chrono::steady_clock::duration duration) {
  const auto micros =
      std::max<std::int64_t>(0, std::chrono::duration_cast<std::chrono::microseconds>(duration).count());
  number(micros / 1000);
  const auto rest = static_cast<int>(micros % 1000);
  const char digits[] = {'.', static_cast<char>('0' + rest / 100), static_cast<char>('0' + rest / 10 % 10),
                         static_cast<char>('0' + rest % 10)};
  return raw({digits, sizeof digits});
}

void Line::escape_one(std::string_view& text) {
  static constexpr std::string_view kHex = "0123456789abcdef";
  const auto c = static_cast<unsigned char>(text[0]);
  std::size_t length = 1;
  if (c == '"' || c == '\\') {
    raw("\\").raw(text.substr(0, 1));
  } else if (c == '\n') {
    raw("\\n");
  } else if (c == '\t') {
    raw("\\t");
  } else if (c < 0x20 || c == 0x7f) {
    const char code[] = {'\\', 'u', '0', '0', kHex[c >> 4], kHex[c & 15]};
    raw({code, sizeof code});
  } else if (c < 0x80) {
    raw(text.substr(0, 1));
  } else if (length = utf8_length(text); length == 0) {
    raw("\uFFFD");
    length = 1;
  } else if (c == 0xC2 && static_cast<unsigned char>(text[1]) < 0xA0) {  // C1 controls steer some terminals
    const auto low = static_cast<unsigned char>(text[1]);
    const char code[] = {'\\', 'u', '0', '0', kHex[low >> 4], kHex[low & 15]};
    raw({code, sizeof code});
  } else {
    raw(text.substr(0, length));
  }
  text.remove_prefix(length);
}

Line& Line::escaped(std::string_view text, std::size_t budget) {
  // Keeps room for the longest single step and the mark, so that neither is ever cut itself.
  const char* const last = at_ + std::min(budget, free()) - std::min(std::min(budget, free()), kLongest + kCut.size());
  if (at_ <= last && text.size() <= static_cast<std::size_t>(last - at_) && is_plain(text)) return raw(text);
  while (!text.empty()) {
    if (at_ > last) return raw(kCut);
    if (is_plain(static_cast<unsigned char>(text[0]))) {
      *at_++ = text[0];
      text.remove_prefix(1);
    } else {
      escape_one(text);
    }
  }
  return *this;
}

Line& Line::word(std::string_view text, std::size_t budget) {
  const bool bare = !text.empty() && std::ranges::all_of(text, [](char c) {
    return is_plain(static_cast<unsigned char>(c)) && c != ' ' && c != '=';
  });
  if (bare) return escaped(text, budget);
  return raw("\"").escaped(text, budget).raw("\"");
}

std::string_view Stamp::at(std::chrono::system_clock::time_point time) {
  using namespace std::chrono;
  const auto since = floor<milliseconds>(time.time_since_epoch());
  const auto second = floor<seconds>(since);
  if (second.count() != second_) {
    second_ = second.count();
    const auto value = static_cast<std::time_t>(second_);
    std::tm utc{};
    gmtime_r(&value, &utc);
    std::strftime(text_, sizeof text_, "%Y-%m-%dT%H:%M:%S.000Z", &utc);
  }
  const auto rest = (since - second).count();
  text_[20] = static_cast<char>('0' + rest / 100);
  text_[21] = static_cast<char>('0' + rest / 10 % 10);
  text_[22] = static_cast<char>('0' + rest % 10);
  return {text_, 24};
}

bool wants_colour(int fd) {
  const char* no_colour = std::getenv("NO_COLOR");
  const char* terminal = std::getenv("TERM");
  return isatty(fd) && !(no_colour && *no_colour) && terminal && std::string_view(terminal) != "dumb";
}

}  // namespace gatehouse::telemetry
