#pragma once
#include <optional>
#include <string>
#include <string_view>

#include <gatehouse/identity/credential.hpp>

/// What an API key looks like: `gatek_<environment>_<id>_<secret>_<checksum>`. The id is public and appears in logs; the secret is 256 random
/// bits. Prefix and checksum let scanners tell a leaked key from other text with certainty, and a typo costs no look-up.
namespace gatehouse::identity {

struct ApiKeyText {
  std::string_view environment;  ///< "live" or "test".
  std::string_view id;
  std::string_view proof;  ///< What is hashed: everything in front of the checksum.
};

inline constexpr std::size_t kApiKeyIdLength = 12;      ///< Of `a-z2-7`.
inline constexpr std::size_t kApiKeySecretLength = 43;  ///< Of `0-9A-Za-z`: 32 bytes.

/// The parts, as views into `text`; none for what is no key or has a wrong checksum.
[[nodiscard]] std::optional<ApiKeyText> parse_api_key(std::string_view text);
[[nodiscard]] bool is_api_key_id(std::string_view text);

/// Made from fresh random bytes.
[[nodiscard]] std::string make_api_key_id();
/// A whole key with a fresh secret. REQUIRES: `environment` is "live" or "test", is_api_key_id(id).
[[nodiscard]] std::string make_api_key(std::string_view environment, std::string_view id);

}  // namespace gatehouse::identity
