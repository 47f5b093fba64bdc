#pragma once
// Keys that the tests of this folder share: making an RSA key takes longer than most of them.
#include <array>

#include <gatehouse/jose/token.hpp>

#include "tests/support/signing_key.hpp"

namespace gatehouse::jose {

inline constexpr std::array kEachAlgorithm{Algorithm::rs256, Algorithm::rs384, Algorithm::rs512, Algorithm::ps256,
                                           Algorithm::ps384, Algorithm::ps512, Algorithm::es256, Algorithm::es384,
                                           Algorithm::es512, Algorithm::eddsa};

/// One key per algorithm; those of RSA are the same one.
inline const test::SigningKey& signer(Algorithm algorithm) {
  static const auto rsa = test::SigningKey::generate(Algorithm::rs256);
  static const std::array keys{rsa,
                               rsa.as(Algorithm::rs384),
                               rsa.as(Algorithm::rs512),
                               rsa.as(Algorithm::ps256),
                               rsa.as(Algorithm::ps384),
                               rsa.as(Algorithm::ps512),
                               test::SigningKey::generate(Algorithm::es256),
                               test::SigningKey::generate(Algorithm::es384),
                               test::SigningKey::generate(Algorithm::es512),
                               test::SigningKey::generate(Algorithm::eddsa)};
  return keys[static_cast<std::size_t>(algorithm)];
}

/// The published key without `alg`: it fits every algorithm of its type.
inline json::Value open_jwk(Algorithm algorithm, std::string_view kid = "k1") {
  auto jwk = signer(algorithm).jwk(kid);
  jwk.erase("alg");
  return jwk;
}

inline KeySet set_of(std::initializer_list<json::Value> jwks) {
  auto set = KeySet::parse(test::jwks(jwks));
  return set ? *std::move(set) : KeySet();
}

inline std::string outcome(const Verdict<Token>& verdict) {
  return std::string(verdict ? "ok" : to_string(verdict.error()));
}

}  // namespace gatehouse::jose
