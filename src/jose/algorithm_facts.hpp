#pragma once
#include <openssl/evp.h>

#include <cstdint>

#include <gatehouse/jose/algorithm.hpp>

namespace gatehouse::jose {

enum class KeyType : std::uint8_t { rsa, p256, p384, p521, ed25519 };

struct AlgorithmFacts {
  std::string_view name;
  KeyType key{};
  bool pss = false;
  const char* digest = nullptr;  // none: the signature scheme hashes itself
};

[[nodiscard]] const AlgorithmFacts& facts_of(Algorithm algorithm);

/// Fetched once: a fetch by name per signature costs as much as the hash. REQUIRES: the algorithm has one.
[[nodiscard]] const EVP_MD* digest_of(Algorithm algorithm);

}  // namespace gatehouse::jose
