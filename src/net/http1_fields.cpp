#include <gatehouse/net/http1.hpp>

#include <algorithm>

#include "src/net/http1_chars.hpp"

namespace gatehouse::net {
namespace {

std::uint64_t word_at(const char* text) {
  std::uint64_t word;
  std::memcpy(&word, text, sizeof word);
  return word;
}

/// Four to seven bytes as one word: their first half and their last, which may overlap.
std::uint64_t short_word(std::string_view text) {
  std::uint32_t first, last;
  std::memcpy(&first, text.data(), sizeof first);
  std::memcpy(&last, text.data() + text.size() - sizeof last, sizeof last);
  return first | std::uint64_t{last} << 32;
}

/// Whether all bytes of two words that are not the same are the same or letters that differ in the bit that makes them small.
bool differ_in_case_only(std::uint64_t x, std::uint64_t y) {
  constexpr std::uint64_t kEach = 0x0101010101010101;
  const std::uint64_t different = x ^ y;
  if ((different & ~(0x20 * kEach)) != 0) return false;
  const std::uint64_t small = (x | 0x20 * kEach) & 0x7f * kEach;
  const std::uint64_t letters = (small + (0x80 - 'a') * kEach) & ~(small + (0x7f - 'z') * kEach) & ~x & 0x80 * kEach;
  return (different << 2 & ~letters) == 0;
}

bool are_same_but_for_case(std::uint64_t x, std::uint64_t y) { return x == y || differ_in_case_only(x, y); }

/// Texts of the same size, which is less than four bytes.
bool are_same_tiny(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char x, char y) { return x == y || to_lower(x) == to_lower(y); });
}

#ifdef __SSE2__
/// Eight to sixteen bytes: their first eight and their last eight, which may overlap.
__m128i both_ends(std::string_view text) {
  const auto half = [](const char* at) { return _mm_loadl_epi64(reinterpret_cast<const __m128i*>(at)); };
  return _mm_unpacklo_epi64(half(text.data()), half(text.data() + text.size() - 8));
}
bool is_short(std::string_view text) { return text.size() >= 8 && text.size() <= 16; }
#endif

/// Takes the next piece of a list off the front; separators inside quotes do not count.
std::string_view next_item(std::string_view& list, char separator) {
  bool quoted = false;
  std::size_t i = 0;
  for (; i < list.size(); ++i) {
    if (quoted && list[i] == '\\')
      ++i;
    else if (list[i] == '"')
      quoted = !quoted;
    else if (list[i] == separator && !quoted)
      break;
  }
  i = std::min(i, list.size());
  const std::string_view item = trim_blanks(list.substr(0, i));
  list.remove_prefix(std::min(i + 1, list.size()));
  return item;
}

/// How closely a media range fits: 0 not at all, 1 `*/*`, 2 `type/*`, 3 exactly.
int closeness(std::string_view range, std::string_view media_type) {
  if (range == "*/*" || range == "*") return 1;
  if (range.ends_with("/*")) {
    const std::string_view type = range.substr(0, range.size() - 1);
    return equals_ignoring_case(type, media_type.substr(0, std::min(type.size(), media_type.size()))) ? 2 : 0;
  }
  return equals_ignoring_case(range, media_type) ? 3 : 0;
}

bool has_zero_quality(std::string_view parameters) {
  while (!parameters.empty()) {
    const std::string_view parameter = next_item(parameters, ';');
    if (parameter.size() < 3 || to_lower(parameter[0]) != 'q' || parameter[1] != '=') continue;
    return parameter.substr(2).find_first_not_of("0.") == std::string_view::npos;
  }
  return false;
}

}  // namespace

bool equals_ignoring_case(std::string_view a, std::string_view b) {
  constexpr std::size_t kWord = 8;
  if (a.size() != b.size()) return false;
  if (a.size() < kWord / 2) return are_same_tiny(a, b);
  if (a.size() < kWord) return are_same_but_for_case(short_word(a), short_word(b));
  const std::size_t last = a.size() - kWord;  // the last word may overlap the one before
  for (std::size_t i = 0; i < last; i += kWord) {
    if (!are_same_but_for_case(word_at(a.data() + i), word_at(b.data() + i))) return false;
  }
  return are_same_but_for_case(word_at(a.data() + last), word_at(b.data() + last));
}

bool is_token(std::string_view text) {
#ifdef __SSE2__
  if (is_short(text) && usual_token_bytes(both_ends(text)) == 0xffff) return true;
#endif
  const char* const end = text.data() + text.size();
  return !text.empty() && find_token_end(text.data(), end) == end;
}

bool is_field_value(std::string_view text) {
#ifdef __SSE2__
  if (is_short(text) && control_bytes(both_ends(text)) == 0) return true;
#endif
  const char* const end = text.data() + text.size();
  return find_control_byte(text.data(), end) == end;
}

bool accepts(std::string_view accept, std::string_view media_type) {
  if (trim_blanks(accept).empty()) return true;
  int best = 0;
  bool accepted = false;
  while (!accept.empty()) {
    std::string_view item = next_item(accept, ',');
    const int fit = closeness(next_item(item, ';'), media_type);
    if (fit <= best) continue;
    best = fit;
    accepted = !has_zero_quality(item);
  }
  return accepted;
}

std::string_view media_type(std::string_view content_type) {
  return trim_blanks(content_type.substr(0, content_type.find(';')));
}

std::string_view reason_phrase(int status) {
  switch (status) {
    case 100: return "Continue";
    case 101: return "Switching Protocols";
    case 200: return "OK";
    case 201: return "Created";
    case 202: return "Accepted";
    case 204: return "No Content";
    case 301: return "Moved Permanently";
    case 302: return "Found";
    case 303: return "See Other";
    case 304: return "Not Modified";
    case 307: return "Temporary Redirect";
    case 308: return "Permanent Redirect";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 406: return "Not Acceptable";
    case 408: return "Request Timeout";
    case 409: return "Conflict";
    case 410: return "Gone";
    case 411: return "Length Required";
    case 413: return "Content Too Large";
    case 414: return "URI Too Long";
    case 415: return "Unsupported Media Type";
    case 417: return "Expectation Failed";
    case 421: return "Misdirected Request";
    case 422: return "Unprocessable Content";
    case 425: return "Too Early";
    case 426: return "Upgrade Required";
    case 429: return "Too Many Requests";
    case 431: return "Request Header Fields Too Large";
    case 500: return "Internal Server Error";
    case 501: return "Not Implemented";
    case 502: return "Bad Gateway";
    case 503: return "Service Unavailable";
    case 504: return "Gateway Timeout";
    case 505: return "HTTP Version Not Supported";
    case 507: return "Insufficient Storage";
    default:
      return status < 200   ? "Informational"
             : status < 300 ? "Success"
             : status < 400 ? "Redirection"
             : status < 500 ? "Client Error"
                            : "Server Error";
  }
}

}  // namespace gatehouse::net
