#include <gatehouse/identity/api_key_text.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>

#include <openssl/crypto.h>

#include <gatehouse/base/random.hpp>

namespace gatehouse::identity {
namespace {

constexpr std::string_view kBase62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
constexpr std::string_view kBase32 = "abcdefghijklmnopqrstuvwxyz234567";
constexpr std::size_t kEnvironmentLength = 4;
constexpr std::size_t kChecksumLength = 6;  // 62 to the power of 6 is more than 2 to the power of 32

constexpr std::size_t kIdAt = kApiKeyPrefix.size() + kEnvironmentLength + 1;
constexpr std::size_t kSecretAt = kIdAt + kApiKeyIdLength + 1;
constexpr std::size_t kProofLength = kSecretAt + kApiKeySecretLength;
constexpr std::size_t kLength = kProofLength + 1 + kChecksumLength;

constexpr std::array<std::uint32_t, 256> kCrcTable = [] {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < table.size(); ++i) {
    std::uint32_t value = i;
    for (int bit = 0; bit < 8; ++bit) value = (value & 1) ? value >> 1 ^ 0xEDB88320u : value >> 1;
    table[i] = value;
  }
  return table;
}();

std::uint32_t crc32(std::string_view text) {
  std::uint32_t crc = ~0u;
  for (const char c : text) crc = kCrcTable[(crc ^ static_cast<unsigned char>(c)) & 0xFF] ^ crc >> 8;
  return ~crc;
}

/// A big-endian number in base 62, with leading zeros. Ends with `number` being zero.
template <std::size_t kDigits>
std::array<char, kDigits> to_base62(std::span<std::uint8_t> number) {
  std::array<char, kDigits> digits;
  for (std::size_t i = kDigits; i-- > 0;) {
    unsigned rest = 0;
    for (std::uint8_t& byte : number) {
      const unsigned value = rest << 8 | byte;
      byte = static_cast<std::uint8_t>(value / 62);
      rest = value % 62;
    }
    digits[i] = kBase62[rest];
  }
  return digits;
}

std::array<char, kChecksumLength> checksum(std::string_view text) {
  std::uint32_t crc = crc32(text);
  std::array<char, kChecksumLength> digits;
  for (std::size_t i = kChecksumLength; i-- > 0; crc /= 62) digits[i] = kBase62[crc % 62];
  return digits;
}

}  // namespace

bool is_api_key_id(std::string_view text) {
  return text.size() == kApiKeyIdLength && text.find_first_not_of(kBase32) == std::string_view::npos;
}

std::optional<ApiKeyText> parse_api_key(std::string_view text) {
  if (text.size() != kLength || !text.starts_with(kApiKeyPrefix) || text[kIdAt - 1] != '_' ||
      text[kSecretAt - 1] != '_' || text[kProofLength] != '_')
    return std::nullopt;
  const ApiKeyText key{.environment = text.substr(kApiKeyPrefix.size(), kEnvironmentLength),
                       .id = text.substr(kIdAt, kApiKeyIdLength),
                       .proof = text.substr(0, kProofLength)};
  if (!std::ranges::equal(checksum(key.proof), text.substr(kProofLength + 1))) return std::nullopt;
  if ((key.environment != "live" && key.environment != "test") || !is_api_key_id(key.id)) return std::nullopt;
  return key;
}

std::string make_api_key_id() {
  std::array<std::uint8_t, kApiKeyIdLength> bytes;
  random_bytes(bytes);
  std::string id;
  for (const std::uint8_t byte : bytes) id += kBase32[byte % kBase32.size()];
  return id;
}

std::string make_api_key(std::string_view environment, std::string_view id) {
  std::array<std::uint8_t, 32> secret;
  random_bytes(secret);
  auto digits = to_base62<kApiKeySecretLength>(secret);
  std::string key;
  key.reserve(kLength);
  key.append(kApiKeyPrefix).append(environment).append("_").append(id).append("_");
  key.append(digits.data(), digits.size());
  OPENSSL_cleanse(digits.data(), digits.size());
  const auto check = checksum(key);
  return key.append("_").append(check.data(), check.size());
}

}  // namespace gatehouse::identity
