#include "tests/support/signing_key.hpp"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <cstdlib>
#include <vector>

#include <gatehouse/base/base64url.hpp>

namespace gatehouse::test {
namespace {

using jose::Algorithm;

EVP_PKEY* as_key(const std::shared_ptr<void>& key) { return static_cast<EVP_PKEY*>(key.get()); }

void require(bool done) {
  if (!done) std::abort();
}

bool is_rsa(Algorithm algorithm) { return algorithm <= Algorithm::ps512; }
bool is_pss(Algorithm algorithm) { return is_rsa(algorithm) && algorithm >= Algorithm::ps256; }

const char* curve_of(Algorithm algorithm) {
  return algorithm == Algorithm::es256 ? "P-256" : algorithm == Algorithm::es384 ? "P-384" : "P-521";
}

int coordinate_bytes(Algorithm algorithm) {
  return algorithm == Algorithm::es256 ? 32 : algorithm == Algorithm::es384 ? 48 : 66;
}

const EVP_MD* digest_for(Algorithm algorithm) {
  const auto name = jose::name_of(algorithm);
  if (algorithm == Algorithm::eddsa) return nullptr;
  return name.ends_with("256") ? EVP_sha256() : name.ends_with("384") ? EVP_sha384() : EVP_sha512();
}

/// A big number of the key, in base64url; `bytes` 0: as few as possible.
std::string number(EVP_PKEY* key, const char* name, int bytes) {
  BIGNUM* value = nullptr;
  require(EVP_PKEY_get_bn_param(key, name, &value) == 1);
  std::string text(static_cast<std::size_t>(bytes ? bytes : BN_num_bytes(value)), '\0');
  require(BN_bn2binpad(value, reinterpret_cast<unsigned char*>(text.data()), static_cast<int>(text.size())) >= 0);
  BN_free(value);
  return to_base64url(text);
}

std::string r_and_s(const std::string& der, int half) {
  const auto* at = reinterpret_cast<const unsigned char*>(der.data());
  ECDSA_SIG* const parts = d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size()));
  require(parts != nullptr);
  std::string raw(static_cast<std::size_t>(2 * half), '\0');
  auto* const out = reinterpret_cast<unsigned char*>(raw.data());
  require(BN_bn2binpad(ECDSA_SIG_get0_r(parts), out, half) == half);
  require(BN_bn2binpad(ECDSA_SIG_get0_s(parts), out + half, half) == half);
  ECDSA_SIG_free(parts);
  return raw;
}

}  // namespace

SigningKey SigningKey::generate(Algorithm algorithm, int rsa_bits) {
  EVP_PKEY* key = is_rsa(algorithm)               ? EVP_RSA_gen(static_cast<unsigned>(rsa_bits))
                  : algorithm == Algorithm::eddsa ? EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519")
                                                  : EVP_EC_gen(curve_of(algorithm));
  require(key != nullptr);
  return {algorithm, std::shared_ptr<void>(key, [](void* it) { EVP_PKEY_free(static_cast<EVP_PKEY*>(it)); })};
}

json::Value SigningKey::jwk(std::string_view kid) const {
  EVP_PKEY* const key = as_key(key_);
  auto jwk = json::Value::object({{"kid", kid}, {"alg", jose::name_of(algorithm_)}, {"use", "sig"}});
  if (is_rsa(algorithm_)) {
    jwk.set("kty", "RSA");
    jwk.set("n", number(key, OSSL_PKEY_PARAM_RSA_N, 0));
    jwk.set("e", number(key, OSSL_PKEY_PARAM_RSA_E, 0));
  } else if (algorithm_ == Algorithm::eddsa) {
    std::string x(32, '\0');
    std::size_t size = x.size();
    require(EVP_PKEY_get_raw_public_key(key, reinterpret_cast<unsigned char*>(x.data()), &size) == 1);
    jwk.set("kty", "OKP");
    jwk.set("crv", "Ed25519");
    jwk.set("x", to_base64url(x));
  } else {
    jwk.set("kty", "EC");
    jwk.set("crv", curve_of(algorithm_));
    jwk.set("x", number(key, OSSL_PKEY_PARAM_EC_PUB_X, coordinate_bytes(algorithm_)));
    jwk.set("y", number(key, OSSL_PKEY_PARAM_EC_PUB_Y, coordinate_bytes(algorithm_)));
  }
  return jwk;
}

std::string SigningKey::public_pem() const {
  BIO* const out = BIO_new(BIO_s_mem());
  require(PEM_write_bio_PUBKEY(out, as_key(key_)) == 1);
  char* text = nullptr;
  const long size = BIO_get_mem_data(out, &text);
  std::string pem(text, static_cast<std::size_t>(size));
  BIO_free(out);
  return pem;
}

std::string SigningKey::sign(std::string_view text) const { return sign_with_salt(text, RSA_PSS_SALTLEN_DIGEST); }

std::string SigningKey::sign_with_salt(std::string_view text, int salt_bytes) const {
  EVP_MD_CTX* const context = EVP_MD_CTX_new();
  EVP_PKEY_CTX* settings = nullptr;
  require(EVP_DigestSignInit(context, &settings, digest_for(algorithm_), nullptr, as_key(key_)) == 1);
  if (is_pss(algorithm_)) {
    require(EVP_PKEY_CTX_set_rsa_padding(settings, RSA_PKCS1_PSS_PADDING) == 1);
    require(EVP_PKEY_CTX_set_rsa_pss_saltlen(settings, salt_bytes) == 1);
  }
  const auto* const bytes = reinterpret_cast<const unsigned char*>(text.data());
  std::size_t size = 0;
  require(EVP_DigestSign(context, nullptr, &size, bytes, text.size()) == 1);
  std::string signature(size, '\0');
  require(EVP_DigestSign(context, reinterpret_cast<unsigned char*>(signature.data()), &size, bytes, text.size()) == 1);
  signature.resize(size);
  EVP_MD_CTX_free(context);
  const bool is_ecdsa = !is_rsa(algorithm_) && algorithm_ != Algorithm::eddsa;
  return is_ecdsa ? r_and_s(signature, coordinate_bytes(algorithm_)) : signature;
}

std::string SigningKey::token_of(std::string_view header, std::string_view claims) const {
  const std::string text = to_base64url(header) + '.' + to_base64url(claims);
  return text + '.' + to_base64url(sign(text));
}

std::string SigningKey::token(const json::Value& claims, std::string_view kid) const {
  const auto header = json::Value::object({{"alg", jose::name_of(algorithm_)}, {"kid", kid}, {"typ", "at+jwt"}});
  return token_of(header.str(), claims.str());
}

std::string jwks(std::initializer_list<json::Value> keys) {
  return json::Value::object({{"keys", json::Value::array(keys)}}).str();
}

}  // namespace gatehouse::test
