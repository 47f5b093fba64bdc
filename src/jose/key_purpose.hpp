#pragma once
#include <expected>
#include <optional>
#include <string>

#include <gatehouse/jose/algorithm.hpp>
#include <gatehouse/json/value.hpp>

namespace gatehouse::jose {

/// What a JWK says about its own use (RFC 7517 sections 4.2 to 4.4).
struct KeyPurpose {
  bool verifying = true;
  std::optional<Algorithm> algorithm;  ///< None: every one that goes with its type.
};

/// Errors: members of the wrong type, or an `alg` that is no `Algorithm` on a key that is for verifying.
[[nodiscard]] std::expected<KeyPurpose, std::string> purpose_of(const json::Value& jwk);

}  // namespace gatehouse::jose
