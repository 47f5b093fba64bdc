#pragma once
#include <memory>
#include <string>
#include <string_view>

#include <gatehouse/jose/algorithm.hpp>
#include <gatehouse/json/value.hpp>

namespace gatehouse::test {

/// A key pair, for tokens in tests.
class SigningKey {
 public:
  /// A new one. `rsa_bits` matters for RSA only.
  static SigningKey generate(jose::Algorithm algorithm, int rsa_bits = 2048);

  /// The public key, with `kid` and `alg`, which the caller may take out again.
  [[nodiscard]] json::Value jwk(std::string_view kid = "k1") const;
  [[nodiscard]] std::string public_pem() const;
  [[nodiscard]] jose::Algorithm algorithm() const { return algorithm_; }

  /// The same key for another algorithm of its type.
  [[nodiscard]] SigningKey as(jose::Algorithm algorithm) const { return {algorithm, key_}; }

  /// As JWS has it: ECDSA as r and s.
  [[nodiscard]] std::string sign(std::string_view text) const;
  /// As no JWS has it: PSS with a salt of this length.
  [[nodiscard]] std::string sign_with_salt(std::string_view text, int salt_bytes) const;

  /// `header.claims.signature` of these bytes, whatever they are.
  [[nodiscard]] std::string token_of(std::string_view header, std::string_view claims) const;
  /// With `alg`, `kid` k1 and `typ` at+jwt.
  [[nodiscard]] std::string token(const json::Value& claims, std::string_view kid = "k1") const;

 private:
  SigningKey(jose::Algorithm algorithm, std::shared_ptr<void> key) : algorithm_(algorithm), key_(std::move(key)) {}
  jose::Algorithm algorithm_;
  std::shared_ptr<void> key_;  // EVP_PKEY
};

/// A key set as an issuer publishes it.
[[nodiscard]] std::string jwks(std::initializer_list<json::Value> keys);

}  // namespace gatehouse::test
