#include <gatehouse/base/base64url.hpp>

#include <array>
#include <cstdint>

namespace gatehouse {
namespace {

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::uint8_t kNoDigit = 0x80;  // survives an or with the values of digits, which are below 64

constexpr std::array<std::uint8_t, 256> kValues = [] {
  std::array<std::uint8_t, 256> values{};
  values.fill(kNoDigit);
  std::uint8_t value = 0;
  for (const char letter : kAlphabet) values[static_cast<unsigned char>(letter)] = value++;
  return values;
}();

std::uint32_t value_of(char letter) { return kValues[static_cast<unsigned char>(letter)]; }

}  // namespace

std::string to_base64url(std::string_view bytes) {
  std::string text;
  text.reserve((bytes.size() * 4 + 2) / 3);
  std::uint32_t bits = 0;
  int held = 0;
  for (const char byte : bytes) {
    bits = bits << 8 | static_cast<unsigned char>(byte);
    for (held += 8; held >= 6; held -= 6) text += kAlphabet[bits >> (held - 6) & 63];
  }
  if (held > 0) text += kAlphabet[bits << (6 - held) & 63];
  return text;
}

std::optional<std::string> from_base64url(std::string_view text) {
  const std::size_t rest = text.size() % 4;
  if (rest == 1) return std::nullopt;
  std::string bytes(text.size() / 4 * 3 + (rest ? rest - 1 : 0), '\0');
  const char* in = text.data();
  char* out = bytes.data();
  std::uint32_t seen = 0;
  for (const char* const end = in + (text.size() - rest); in != end; in += 4, out += 3) {
    const std::uint32_t a = value_of(in[0]), b = value_of(in[1]), c = value_of(in[2]), d = value_of(in[3]);
    seen |= a | b | c | d;
    out[0] = static_cast<char>(a << 2 | b >> 4);
    out[1] = static_cast<char>(b << 4 | c >> 2);
    out[2] = static_cast<char>(c << 6 | d);
  }
  if (rest) {
    const std::uint32_t a = value_of(in[0]), b = value_of(in[1]), c = rest == 3 ? value_of(in[2]) : 0;
    seen |= a | b | c;
    const std::uint32_t stray_bits = rest == 3 ? c & 3 : b & 15;
    if (stray_bits) return std::nullopt;
    out[0] = static_cast<char>(a << 2 | b >> 4);
    if (rest == 3) out[1] = static_cast<char>(b << 4 | c >> 2);
  }
  if (seen & kNoDigit) return std::nullopt;
  return bytes;
}

}  // namespace gatehouse
