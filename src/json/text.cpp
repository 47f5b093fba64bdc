#include <gatehouse/json/text.hpp>

#include <array>
#include <cstdint>
#include <cstring>

#include "src/json/escape.hpp"
#include "src/json/grammar.hpp"

namespace gatehouse::json {
namespace {

/// Bytes that a JSON string holds as they are: ASCII without controls, quote and backslash.
constexpr auto kPlain = [] {
  std::array<bool, 256> table{};
  for (std::size_t c = 0x20; c < 0x80; ++c) table[c] = c != '"' && c != '\\';
  return table;
}();

std::uint8_t byte(const char* at) { return static_cast<std::uint8_t>(*at); }

void append_escape(std::string& out, char c) {
  switch (c) {
    case '"': out += "\\\""; return;
    case '\\': out += "\\\\"; return;
    case '\b': out += "\\b"; return;
    case '\f': out += "\\f"; return;
    case '\n': out += "\\n"; return;
    case '\r': out += "\\r"; return;
    case '\t': out += "\\t"; return;
    default: out += c < 0x10 ? "\\u000" : "\\u001"; out += "0123456789abcdef"[c & 15];
  }
}

void append_code_point(std::string& out, std::uint32_t code) {
  const auto put = [&out](std::uint32_t value) { out += static_cast<char>(value); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xC0 | code >> 6);
    put(0x80 | (code & 63));
  } else if (code < 0x10000) {
    put(0xE0 | code >> 12);
    put(0x80 | (code >> 6 & 63));
    put(0x80 | (code & 63));
  } else {
    put(0xF0 | code >> 18);
    put(0x80 | (code >> 12 & 63));
    put(0x80 | (code >> 6 & 63));
    put(0x80 | (code & 63));
  }
}

std::uint32_t hex4(const char* at) {
  std::uint32_t value = 0;
  for (int i = 0; i < 4; ++i) {
    const auto c = static_cast<std::uint32_t>(byte(at + i));
    value = value << 4 | (c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
  }
  return value;
}

bool is_high(std::uint32_t code) { return code >= 0xD800 && code < 0xDC00; }
bool is_low(std::uint32_t code) { return code >= 0xDC00 && code < 0xE000; }

/// `at` is behind `\u`. Returns behind the digits, of both halves for a pair; null if a half pair was refused.
const char* append_unicode(std::string& out, const char* at, const char* end, HalfPair half_pair) {
  std::uint32_t code = hex4(at);
  at += 4;
  if (is_high(code) && end - at >= 6 && at[0] == '\\' && at[1] == 'u' && is_low(hex4(at + 2))) {
    code = 0x10000 + ((code - 0xD800) << 10) + (hex4(at + 2) - 0xDC00);
    at += 6;
  } else if (is_high(code) || is_low(code)) {
    if (half_pair == HalfPair::refuse) return nullptr;
    code = 0xFFFD;
  }
  append_code_point(out, code);
  return at;
}

char unescaped(char c) {
  switch (c) {
    case 'b': return '\b';
    case 'f': return '\f';
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    default: return c;
  }
}

bool is_utf8(std::string_view text) {
  const char* const end = text.data() + text.size();
  for (const char* at = text.data(); at != end;) {
    const Utf8 sequence = utf8_at(at, end);
    if (!sequence.valid) return false;
    at += sequence.length;
  }
  return true;
}

}  // namespace

Utf8 utf8_at(const char* at, const char* end) {
  const std::uint8_t lead = byte(at);
  if (lead < 0x80) return {1, true};
  if (lead < 0xC2 || lead > 0xF4) return {1, false};
  const std::size_t length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  // The second byte's range excludes overlong forms, surrogates and what lies above U+10FFFF.
  std::uint8_t low = 0x80;
  std::uint8_t high = 0xBF;
  if (lead == 0xE0) low = 0xA0;
  if (lead == 0xED) high = 0x9F;
  if (lead == 0xF0) low = 0x90;
  if (lead == 0xF4) high = 0x8F;
  for (std::size_t i = 1; i < length; ++i, low = 0x80, high = 0xBF) {
    if (at + i == end || byte(at + i) < low || byte(at + i) > high) return {i, false};
  }
  return {length, true};
}

bool unescape(std::string_view inside, HalfPair half_pair, std::string& out) {
  const char* at = inside.data();
  const char* const end = at + inside.size();
  while (at != end) {
    const auto* slash = static_cast<const char*>(std::memchr(at, '\\', static_cast<std::size_t>(end - at)));
    out.append(at, slash ? slash : end);
    if (!slash) break;
    if (slash[1] == 'u') {
      at = append_unicode(out, slash + 2, end, half_pair);
      if (!at) return false;
    } else {
      out += unescaped(slash[1]);
      at = slash + 2;
    }
  }
  return true;
}

void append_string(std::string& out, std::string_view text) {
  out += '"';
  const char* const end = text.data() + text.size();
  for (const char* at = text.data(); at != end;) {
    const char* run = at;
    while (at != end && kPlain[byte(at)]) ++at;
    out.append(run, at);
    if (at == end) break;
    if (byte(at) < 0x80) {
      append_escape(out, *at++);
      continue;
    }
    const Utf8 sequence = utf8_at(at, end);
    if (sequence.valid) {
      out.append(at, sequence.length);
    } else {
      out += "\xEF\xBF\xBD";
    }
    at += sequence.length;
  }
  out += '"';
}

std::string quoted(std::string_view text) {
  std::string out;
  out.reserve(text.size() + 2);
  append_string(out, text);
  return out;
}

Result<std::string> unquote(std::string_view raw) {
  const char* const end = raw.data() + raw.size();
  std::string out;
  if (raw.empty() || raw.front() != '"' || grammar::string_end(raw.data(), end) != end || !is_utf8(raw) ||
      !unescape(raw.substr(1, raw.size() - 2), HalfPair::refuse, out)) {
    return fail(Kind::parse_error, Origin::client, "malformed JSON string");
  }
  return out;
}

}  // namespace gatehouse::json
