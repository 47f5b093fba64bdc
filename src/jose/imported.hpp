#pragma once
#include <openssl/evp.h>

#include <array>
#include <memory>
#include <optional>
#include <string>

#include <gatehouse/jose/key.hpp>

#include "src/jose/algorithm_facts.hpp"

namespace gatehouse::jose {

struct FreeOpenssl {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(EVP_PKEY_CTX* context) const { EVP_PKEY_CTX_free(context); }
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
template <class T>
using Owned = std::unique_ptr<T, FreeOpenssl>;

struct Key::Imported {
  KeyType type{};
  std::optional<std::string> kid;
  std::optional<Algorithm> own_algorithm;  // `alg` of the JWK
  std::string thumbprint;
  Owned<EVP_PKEY> key;
  // By algorithm, ready to verify; never used themselves but copied, so that threads can share the key. Empty where the
  // key does not fit, and for Ed25519, which OpenSSL only verifies together with its hash.
  std::array<Owned<EVP_PKEY_CTX>, 10> ready;
};

/// The public key itself.
struct Material {
  KeyType type{};
  Owned<EVP_PKEY> key;
  std::string thumbprint;
};

/// From `kty` and the members that belong to it. Errors: what is wrong, for operators.
[[nodiscard]] std::expected<Material, std::string> import_material(const json::Value& jwk);

}  // namespace gatehouse::jose
