#include <gatehouse/jose/algorithm.hpp>

#include <array>

#include "src/jose/algorithm_facts.hpp"

namespace gatehouse::jose {
namespace {

constexpr std::size_t kCount = 10;
constexpr std::array<AlgorithmFacts, kCount> kFacts{{
    {"RS256", KeyType::rsa, false, "SHA256"},
    {"RS384", KeyType::rsa, false, "SHA384"},
    {"RS512", KeyType::rsa, false, "SHA512"},
    {"PS256", KeyType::rsa, true, "SHA256"},
    {"PS384", KeyType::rsa, true, "SHA384"},
    {"PS512", KeyType::rsa, true, "SHA512"},
    {"ES256", KeyType::p256, false, "SHA256"},
    {"ES384", KeyType::p384, false, "SHA384"},
    {"ES512", KeyType::p521, false, "SHA512"},
    {"EdDSA", KeyType::ed25519, false, nullptr},
}};

}  // namespace

const AlgorithmFacts& facts_of(Algorithm algorithm) { return kFacts[static_cast<std::size_t>(algorithm)]; }

std::string_view name_of(Algorithm algorithm) { return facts_of(algorithm).name; }

std::optional<Algorithm> algorithm_named(std::string_view name) {
  if (name == "Ed25519") return Algorithm::eddsa;
  for (std::size_t i = 0; i < kCount; ++i) {
    if (kFacts[i].name == name) return static_cast<Algorithm>(i);
  }
  return std::nullopt;
}

const EVP_MD* digest_of(Algorithm algorithm) {
  static const std::array<const EVP_MD*, kCount> fetched = [] {
    std::array<const EVP_MD*, kCount> digests{};
    for (std::size_t i = 0; i < kCount; ++i) {
      if (kFacts[i].digest) digests[i] = EVP_MD_fetch(nullptr, kFacts[i].digest, nullptr);
    }
    return digests;
  }();
  return fetched[static_cast<std::size_t>(algorithm)];
}

}  // namespace gatehouse::jose
