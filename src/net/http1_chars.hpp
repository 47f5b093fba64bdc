#pragma once
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

/// Byte classes of HTTP/1.1. Rule: RFC 9110, section 5.5 and 5.6.2.
namespace gatehouse::net {

inline constexpr std::array<bool, 256> kTokenBytes = [] {
  std::array<bool, 256> table{};
  for (const char c :
       std::string_view{"!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"}) {
    table[static_cast<unsigned char>(c)] = true;
  }
  return table;
}();

inline constexpr std::array<bool, 256> kHostBytes = [] {
  std::array<bool, 256> table{};
  for (std::size_t c = 0x21; c < 0x7f; ++c) table[c] = true;
  for (const char c : std::string_view{"/?#@\\,\"<>"}) table[static_cast<unsigned char>(c)] = false;
  return table;
}();

inline bool is_host_byte(char c) { return kHostBytes[static_cast<unsigned char>(c)]; }
inline bool is_token_byte(char c) { return kTokenBytes[static_cast<unsigned char>(c)]; }
inline bool is_control_byte(char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f; }
inline bool is_blank(char c) { return c == ' ' || c == '\t'; }
inline bool is_digit(char c) { return c >= '0' && c <= '9'; }
inline char to_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }

inline std::string_view trim_blanks(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

/// Whether two texts of the same length, which is not 0, can be the same but for the case of letters. Most others fail here.
inline bool may_be_same(std::string_view a, std::string_view b) {
  return a.size() == b.size() && ((a.front() ^ b.front()) & ~0x20) == 0;
}

#ifdef __SSE2__
/// One bit for each of the bytes: a letter, a digit or a dash.
inline std::uint32_t usual_token_bytes(__m128i bytes) {
  const auto between = [](__m128i some, char first, char last) {
    return _mm_and_si128(_mm_cmpgt_epi8(some, _mm_set1_epi8(static_cast<char>(first - 1))),
                         _mm_cmplt_epi8(some, _mm_set1_epi8(static_cast<char>(last + 1))));
  };
  const __m128i letters = between(_mm_or_si128(bytes, _mm_set1_epi8(0x20)), 'a', 'z');
  const __m128i digits = between(bytes, '0', '9');
  const __m128i dashes = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('-'));
  return static_cast<std::uint32_t>(_mm_movemask_epi8(_mm_or_si128(_mm_or_si128(letters, digits), dashes)));
}

/// One bit for each of the bytes: a control character, a tab included.
inline std::uint32_t control_bytes(__m128i bytes) {
  const __m128i controls = _mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(0x1f)), bytes);
  const __m128i dels = _mm_cmpeq_epi8(bytes, _mm_set1_epi8(0x7f));
  return static_cast<std::uint32_t>(_mm_movemask_epi8(_mm_or_si128(controls, dels)));
}
#endif

/// The first byte that is not allowed, or `end`. Looks at many bytes at a time. REQUIRES: letters, digits and the dash are allowed.
inline const char* find_end_of(const std::array<bool, 256>& allowed, const char* p, const char* end) {
#ifdef __SSE2__
  while (end - p >= 16) {
    const std::uint32_t usual = usual_token_bytes(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)));
    for (std::uint32_t others = ~usual & 0xffff; others != 0; others &= others - 1) {
      const char* const other = p + std::countr_zero(others);
      if (!allowed[static_cast<unsigned char>(*other)]) return other;
    }
    p += 16;
  }
#endif
  while (p < end && allowed[static_cast<unsigned char>(*p)]) ++p;
  return p;
}

/// The first byte that may not stand in a token, or `end`.
inline const char* find_token_end(const char* p, const char* end) { return find_end_of(kTokenBytes, p, end); }

/// The first byte that may not stand in a field value, or `end`. Looks at many bytes at a time.
inline const char* find_control_byte(const char* p, const char* end) {
#ifdef __SSE2__
  while (end - p >= 16) {
    const std::uint32_t hits = control_bytes(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)));
    if (hits == 0) {
      p += 16;
      continue;
    }
    p += std::countr_zero(hits);
    if (*p != '\t') return p;
    ++p;
  }
#endif
  if constexpr (std::endian::native == std::endian::little) {
    constexpr std::uint64_t kEach = 0x0101010101010101;
    while (end - p >= 8) {
      std::uint64_t word;
      std::memcpy(&word, p, 8);
      const std::uint64_t del = word ^ (0x7f * kEach);
      const std::uint64_t hits = (((word - 0x20 * kEach) & ~word) | ((del - kEach) & ~del)) & (0x80 * kEach);
      if (hits == 0) {
        p += 8;
        continue;
      }
      p += std::countr_zero(hits) / 8;  // the lowest hit is exact; a borrow can only fake later ones
      if (*p != '\t') return p;
      ++p;
    }
  }
  while (p < end && !is_control_byte(*p)) ++p;
  return p;
}

}  // namespace gatehouse::net
