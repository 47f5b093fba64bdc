#include <gatehouse/jose/key.hpp>

#include "src/jose/key_purpose.hpp"

namespace gatehouse::jose {
namespace {

/// An issuer's keys for other purposes (encryption, usually) are nobody's mistake. A secret is one whatever it is for.
bool is_for_others(const json::Value& jwk) {
  const auto purpose = purpose_of(jwk);
  return jwk.text("kty") != "oct" && purpose && !purpose->verifying;
}

}  // namespace

std::expected<KeySet, std::string> KeySet::parse(std::string_view json) {
  constexpr std::size_t kMaxDepth = 16;
  const auto document = json::parse(json, kMaxDepth);
  if (!document) return std::unexpected(document.error().message);
  const json::Value* const member = document->find("keys");
  const auto* const jwks = member ? member->as_array() : nullptr;
  if (!jwks) return std::unexpected("a key set is an object with a list 'keys'");
  if (jwks->size() > kMaxKeys) return std::unexpected("a key set has at most " + std::to_string(kMaxKeys) + " keys");
  KeySet set;
  for (std::size_t i = 0; i < jwks->size(); ++i) {
    const json::Value& jwk = (*jwks)[i];
    if (is_for_others(jwk)) continue;
    auto key = Key::from_jwk(jwk);
    if (key) {
      set.keys_.push_back(std::move(*key));
    } else {
      set.problems_.push_back({i, std::string(jwk.text("kid")), std::move(key.error())});
    }
  }
  return set;
}

Verdict<const Key*> KeySet::find(const std::optional<std::string>& kid, Algorithm algorithm) const {
  const Key* found = nullptr;
  bool named = false;
  for (const Key& key : keys_) {
    if (kid && key.kid() != kid) continue;
    named = kid.has_value();
    if (!key.fits(algorithm)) continue;
    if (found) return std::unexpected(Refusal::ambiguous_key);
    found = &key;
  }
  if (!found) return std::unexpected(named ? Refusal::key_mismatch : Refusal::unknown_key);
  return found;
}

}  // namespace gatehouse::jose
