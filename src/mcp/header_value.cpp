#include <gatehouse/mcp/header_value.hpp>

#include <cstdint>

namespace gatehouse::mcp {
namespace {

constexpr std::string_view kOpen = "=?base64?";
constexpr std::string_view kClose = "?=";
constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

bool is_plain(std::string_view text) {
  if (text.empty()) return true;
  if (text.front() == ' ' || text.back() == ' ' || is_encoded_header_value(text)) return false;
  for (const char c : text)
    if (c < 0x20 || c > 0x7e) return false;
  return true;
}

std::string base64(std::string_view bytes) {
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t group = 0;
    for (std::size_t k = 0; k < 3; ++k)
      group = group << 8 | (i + k < bytes.size() ? static_cast<unsigned char>(bytes[i + k]) : 0U);
    for (std::size_t k = 0; k < 4; ++k) {
      const bool padding = i + k > bytes.size();
      out += padding ? '=' : kAlphabet[group >> (18 - 6 * k) & 63];
    }
  }
  return out;
}

bool unbase64(std::string_view text, std::string& out) {
  if (text.size() % 4 != 0) return false;
  std::size_t padding = 0;
  while (padding < 2 && padding < text.size() && text[text.size() - 1 - padding] == '=') ++padding;
  std::uint32_t group = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool is_padding = i >= text.size() - padding;
    const auto digit = is_padding ? 0 : kAlphabet.find(text[i]);
    if (digit == std::string_view::npos) return false;
    group = group << 6 | static_cast<std::uint32_t>(digit);
    if (i % 4 == 3) {
      for (int shift = 16; shift >= 0; shift -= 8) out += static_cast<char>(group >> shift & 0xff);
      group = 0;
    }
  }
  out.erase(out.size() - padding);
  return true;
}

}  // namespace

bool is_encoded_header_value(std::string_view value) {
  return value.size() >= kOpen.size() + kClose.size() && value.starts_with(kOpen) && value.ends_with(kClose);
}

std::string encode_header_value(std::string_view text) {
  if (is_plain(text)) return std::string(text);
  return std::string(kOpen) + base64(text) + std::string(kClose);
}

Result<std::string> decode_header_value(std::string_view value) {
  if (!is_encoded_header_value(value)) return std::string(value);
  std::string text;
  if (!unbase64(value.substr(kOpen.size(), value.size() - kOpen.size() - kClose.size()), text)) {
    return fail(Kind::header_mismatch, Origin::client, "A header value is not valid Base64.");
  }
  return text;
}

}  // namespace gatehouse::mcp
