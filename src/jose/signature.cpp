#include "src/jose/signature.hpp"

#include <openssl/err.h>

#include <algorithm>

namespace gatehouse::jose {
namespace {

const unsigned char* bytes_of(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

std::size_t integer_bytes(KeyType curve) { return curve == KeyType::p256 ? 32 : curve == KeyType::p384 ? 48 : 66; }

/// The last result of a verification: a failed one leaves its reasons in the thread's queue, where the next user of OpenSSL
/// (a TLS connection) would take them for its own.
bool accepted(int result) {
  if (result != 1) ERR_clear_error();
  return result == 1;
}

/// A positive ASN.1 integer: as few bytes as possible, the first one without its high bit.
unsigned char* put_integer(unsigned char* out, std::string_view digits) {
  digits.remove_prefix(std::min(digits.find_first_not_of('\0'), digits.size() - 1));
  const bool needs_sign = static_cast<unsigned char>(digits.front()) >= 0x80;
  *out++ = 0x02;
  *out++ = static_cast<unsigned char>(digits.size() + needs_sign);
  if (needs_sign) *out++ = 0;
  return std::copy(digits.begin(), digits.end(), out);
}

}  // namespace

DerSignature ecdsa_to_der(KeyType curve, std::string_view raw) {
  DerSignature der;
  const std::size_t half = integer_bytes(curve);
  if (raw.size() != 2 * half) return der;
  constexpr std::size_t kHead = 3;
  unsigned char* const body = der.bytes.data() + kHead;
  unsigned char* const end = put_integer(put_integer(body, raw.substr(0, half)), raw.substr(half));
  const auto length = static_cast<std::size_t>(end - body);
  const bool is_long = length >= 0x80;
  unsigned char* out = der.bytes.data();
  *out++ = 0x30;
  if (is_long) *out++ = 0x81;
  *out++ = static_cast<unsigned char>(length);
  if (!is_long) std::copy(body, end, out);
  der.size = length + (is_long ? kHead : kHead - 1);
  return der;
}

bool verify_digest(const Key::Imported& key, Algorithm algorithm, std::string_view text, std::string_view signature) {
  unsigned char hash[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  if (!accepted(EVP_Digest(text.data(), text.size(), hash, &size, digest_of(algorithm), nullptr))) return false;
  const Owned<EVP_PKEY_CTX> context(EVP_PKEY_CTX_dup(key.ready[static_cast<std::size_t>(algorithm)].get()));
  return context && accepted(EVP_PKEY_verify(context.get(), bytes_of(signature), signature.size(), hash, size));
}

bool verify_ed25519(EVP_PKEY* key, std::string_view text, std::string_view signature) {
  const Owned<EVP_MD_CTX> context(EVP_MD_CTX_new());
  if (!context || !accepted(EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key))) return false;
  return accepted(EVP_DigestVerify(context.get(), bytes_of(signature), signature.size(), bytes_of(text), text.size()));
}

}  // namespace gatehouse::jose
