#include <gatehouse/jose/key.hpp>

#include <openssl/rsa.h>

#include <algorithm>

#include "src/jose/imported.hpp"
#include "src/jose/key_purpose.hpp"
#include "src/jose/signature.hpp"

namespace gatehouse::jose {
namespace {

using Problem = std::unexpected<std::string>;

/// RFC 7518 sections 6.2.2, 6.3.2, RFC 8037 section 2: the members of which one is enough to sign.
bool is_private(const json::Value& jwk) {
  constexpr std::string_view kPrivate[] = {"d", "p", "q", "dp", "dq", "qi", "oth", "k"};
  return std::any_of(std::begin(kPrivate), std::end(kPrivate), [&](auto name) { return jwk.find(name) != nullptr; });
}

/// OpenSSL's state for one algorithm, ready to verify; null when the key does not fit.
Owned<EVP_PKEY_CTX> make_ready(EVP_PKEY* key, Algorithm algorithm) {
  Owned<EVP_PKEY_CTX> context(EVP_PKEY_CTX_new_from_pkey(nullptr, key, nullptr));
  const EVP_MD* const digest = digest_of(algorithm);
  if (!context || EVP_PKEY_verify_init(context.get()) != 1) return nullptr;
  if (facts_of(algorithm).key == KeyType::rsa) {
    const int padding = facts_of(algorithm).pss ? RSA_PKCS1_PSS_PADDING : RSA_PKCS1_PADDING;
    if (EVP_PKEY_CTX_set_rsa_padding(context.get(), padding) != 1) return nullptr;
  }
  if (EVP_PKEY_CTX_set_signature_md(context.get(), digest) != 1) return nullptr;
  // RFC 7518 section 3.5: both hash functions are the same one, and the salt is as long as its output.
  if (facts_of(algorithm).pss && (EVP_PKEY_CTX_set_rsa_mgf1_md(context.get(), digest) != 1 ||
                                  EVP_PKEY_CTX_set_rsa_pss_saltlen(context.get(), RSA_PSS_SALTLEN_DIGEST) != 1)) {
    return nullptr;
  }
  return context;
}

}  // namespace

std::expected<Key, std::string> Key::from_jwk(const json::Value& jwk) {
  if (!jwk.is_object()) return Problem("a key is a JSON object");
  const json::Value* const kid = jwk.find("kid");
  if (kid && !kid->is_string()) return Problem("'kid' is no text");
  if (jwk.text("kty") == "oct") return Problem("the key is symmetric: whoever can verify with it can also sign");
  if (is_private(jwk)) {
    return Problem("the key is published with its private part: whoever can read it can sign");
  }
  const auto purpose = purpose_of(jwk);
  if (!purpose) return Problem(purpose.error());
  if (!purpose->verifying) return Problem("the key is not for verifying signatures ('use', 'key_ops')");
  auto material = import_material(jwk);
  if (!material) return Problem(std::move(material.error()));
  if (purpose->algorithm && facts_of(*purpose->algorithm).key != material->type) {
    return Problem("'alg' " + std::string(name_of(*purpose->algorithm)) + " does not go with this type of key");
  }
  auto imported = std::make_shared<Imported>();
  imported->type = material->type;
  if (kid) imported->kid = *kid->as_string();
  imported->own_algorithm = purpose->algorithm;
  imported->thumbprint = std::move(material->thumbprint);
  imported->key = std::move(material->key);
  Key key(imported);
  for (std::size_t i = 0; i < imported->ready.size(); ++i) {
    const auto algorithm = static_cast<Algorithm>(i);
    if (!key.fits(algorithm) || algorithm == Algorithm::eddsa) continue;
    imported->ready[i] = make_ready(imported->key.get(), algorithm);
    if (!imported->ready[i]) return Problem("OpenSSL refuses the key");
  }
  return key;
}

std::expected<Key, std::string> Key::parse(std::string_view jwk) {
  constexpr std::size_t kMaxDepth = 16;
  const auto value = json::parse(jwk, kMaxDepth);
  if (!value) return Problem(value.error().message);
  return from_jwk(*value);
}

const std::optional<std::string>& Key::kid() const { return imported_->kid; }

const std::string& Key::thumbprint() const { return imported_->thumbprint; }

bool Key::fits(Algorithm algorithm) const {
  return facts_of(algorithm).key == imported_->type && imported_->own_algorithm.value_or(algorithm) == algorithm;
}

bool Key::verifies(Algorithm algorithm, std::string_view text, std::string_view signature) const {
  if (!fits(algorithm)) return false;
  switch (imported_->type) {
    case KeyType::ed25519: return verify_ed25519(imported_->key.get(), text, signature);
    case KeyType::rsa: break;
    default: {
      const auto der = ecdsa_to_der(imported_->type, signature);
      return der.size > 0 && verify_digest(*imported_, algorithm, text, der.view());
    }
  }
  return verify_digest(*imported_, algorithm, text, signature);
}

}  // namespace gatehouse::jose
