// JWK to OpenSSL's form of a key.
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/param_build.h>
#include <openssl/sha.h>

#include <algorithm>

#include <gatehouse/base/base64url.hpp>

#include "src/jose/imported.hpp"

namespace gatehouse::jose {
namespace {

using Problem = std::unexpected<std::string>;

struct FreeParts {
  void operator()(BIGNUM* number) const { BN_free(number); }
  void operator()(OSSL_PARAM_BLD* builder) const { OSSL_PARAM_BLD_free(builder); }
  void operator()(OSSL_PARAM* params) const { OSSL_PARAM_free(params); }
};
template <class T>
using Part = std::unique_ptr<T, FreeParts>;

const unsigned char* bytes_of(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

/// The bytes of a member in base64url. Errors: it is missing or written otherwise.
std::expected<std::string, std::string> member_bytes(const json::Value& jwk, std::string_view name) {
  auto bytes = from_base64url(jwk.text(name));
  if (!bytes || bytes->empty()) return Problem("'" + std::string(name) + "' is missing or not base64url");
  return std::move(*bytes);
}

/// RFC 7638 section 3: the required members only, in the order of their names. The values need no escaping.
std::string thumbprint_of(std::initializer_list<std::pair<std::string_view, std::string_view>> members) {
  std::string text;
  for (const auto& [name, value] : members) {
    text.append(text.empty() ? "{\"" : ",\"").append(name).append("\":\"").append(value).append("\"");
  }
  text += '}';
  unsigned char hash[SHA256_DIGEST_LENGTH];
  SHA256(bytes_of(text), text.size(), hash);
  return to_base64url({reinterpret_cast<const char*>(hash), sizeof hash});
}

Owned<EVP_PKEY> make_key(const char* type, OSSL_PARAM_BLD* builder) {
  const Part<OSSL_PARAM> params(OSSL_PARAM_BLD_to_param(builder));
  const Owned<EVP_PKEY_CTX> context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
  EVP_PKEY* key = nullptr;
  if (!params || !context || EVP_PKEY_fromdata_init(context.get()) != 1) return nullptr;
  if (EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, params.get()) != 1) return nullptr;
  return Owned<EVP_PKEY>(key);
}

/// With an exponent of 1 everybody can sign; an even one belongs to no RSA key. OpenSSL's own bound on large ones is 64 bits.
bool is_sound_exponent(const BIGNUM* e) { return BN_is_odd(e) && !BN_is_one(e) && BN_num_bits(e) <= 64; }

std::expected<Material, std::string> import_rsa(const json::Value& jwk) {
  auto n = member_bytes(jwk, "n");
  if (!n) return Problem(std::move(n.error()));
  auto e = member_bytes(jwk, "e");
  if (!e) return Problem(std::move(e.error()));
  n->erase(0, std::min(n->find_first_not_of('\0'), n->size()));
  e->erase(0, std::min(e->find_first_not_of('\0'), e->size()));
  const Part<BIGNUM> modulus(BN_bin2bn(bytes_of(*n), static_cast<int>(n->size()), nullptr));
  const Part<BIGNUM> exponent(BN_bin2bn(bytes_of(*e), static_cast<int>(e->size()), nullptr));
  const int bits = BN_num_bits(modulus.get());
  if (bits < Key::kMinRsaBits || bits > Key::kMaxRsaBits) {
    return Problem("the RSA key has " + std::to_string(bits) + " bits; it has to have " +
                   std::to_string(Key::kMinRsaBits) + " to " + std::to_string(Key::kMaxRsaBits));
  }
  if (!BN_is_odd(modulus.get()) || !is_sound_exponent(exponent.get())) {
    return Problem("'n' and 'e' are no RSA key that keeps a secret");
  }
  const Part<OSSL_PARAM_BLD> builder(OSSL_PARAM_BLD_new());
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, modulus.get());
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, exponent.get());
  auto key = make_key("RSA", builder.get());
  if (!key) return Problem("'n' and 'e' are no RSA key");
  return Material{KeyType::rsa, std::move(key),
                  thumbprint_of({{"e", to_base64url(*e)}, {"kty", "RSA"}, {"n", to_base64url(*n)}})};
}

struct Curve {
  std::string_view name;
  KeyType type;
  std::size_t coordinate_bytes;
};
constexpr Curve kCurves[] = {
    {"P-256", KeyType::p256, 32},
    {"P-384", KeyType::p384, 48},
    {"P-521", KeyType::p521, 66},
};

std::expected<Material, std::string> import_ec(const json::Value& jwk) {
  const auto name = jwk.text("crv");
  const auto* const curve =
      std::find_if(std::begin(kCurves), std::end(kCurves), [&](auto& c) { return c.name == name; });
  if (curve == std::end(kCurves)) return Problem("curve '" + std::string(name) + "' is not supported");
  const auto x = member_bytes(jwk, "x");
  if (!x) return Problem(x.error());
  const auto y = member_bytes(jwk, "y");
  if (!y) return Problem(y.error());
  if (x->size() != curve->coordinate_bytes || y->size() != curve->coordinate_bytes) {
    return Problem("'x' and 'y' have to have " + std::to_string(curve->coordinate_bytes) + " bytes each");
  }
  const std::string point = '\x04' + *x + *y;  // uncompressed
  const Part<OSSL_PARAM_BLD> builder(OSSL_PARAM_BLD_new());
  OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, curve->name.data(), curve->name.size());
  OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size());
  auto key = make_key("EC", builder.get());
  if (!key) return Problem("'x' and 'y' are no point of curve " + std::string(name));
  return Material{curve->type, std::move(key),
                  thumbprint_of({{"crv", name}, {"kty", "EC"}, {"x", jwk.text("x")}, {"y", jwk.text("y")}})};
}

std::expected<Material, std::string> import_okp(const json::Value& jwk) {
  constexpr std::size_t kBytes = 32;
  if (jwk.text("crv") != "Ed25519") return Problem("curve '" + std::string(jwk.text("crv")) + "' is not supported");
  const auto x = member_bytes(jwk, "x");
  if (!x) return Problem(x.error());
  if (x->size() != kBytes) return Problem("'x' has to have 32 bytes");
  Owned<EVP_PKEY> key(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, bytes_of(*x), x->size()));
  if (!key) return Problem("'x' is no Ed25519 key");
  return Material{KeyType::ed25519, std::move(key),
                  thumbprint_of({{"crv", "Ed25519"}, {"kty", "OKP"}, {"x", jwk.text("x")}})};
}

}  // namespace

std::expected<Material, std::string> import_material(const json::Value& jwk) {
  const auto type = jwk.text("kty");
  auto* const import = type == "RSA" ? &import_rsa : type == "EC" ? &import_ec : type == "OKP" ? &import_okp : nullptr;
  if (import) {
    auto material = import(jwk);
    if (!material) ERR_clear_error();  // or the thread's next user of OpenSSL takes its reasons for his own
    return material;
  }
  return Problem("key type '" + std::string(type) + "' is not supported");
}

}  // namespace gatehouse::jose
