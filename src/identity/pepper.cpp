#include <gatehouse/identity/pepper.hpp>

#include <algorithm>
#include <exception>
#include <utility>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <gatehouse/base/base64url.hpp>
#include <gatehouse/base/random.hpp>

namespace gatehouse::identity {

bool same_hash(const KeyHash& a, const KeyHash& b) { return CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0; }

/// Keyed once; each hash begins where the key was taken in.
struct Pepper::Mac {
  explicit Mac(std::string_view secret) {
    EVP_MAC* const algorithm = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
    context = EVP_MAC_CTX_new(algorithm);
    EVP_MAC_free(algorithm);
    char digest[] = "SHA256";
    const OSSL_PARAM parameters[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
                                     OSSL_PARAM_construct_end()};
    if (!context ||
        EVP_MAC_init(context, reinterpret_cast<const unsigned char*>(secret.data()), secret.size(), parameters) != 1)
      std::terminate();  // OpenSSL without SHA-256
  }
  ~Mac() { EVP_MAC_CTX_free(context); }
  Mac(const Mac&) = delete;
  Mac& operator=(const Mac&) = delete;

  EVP_MAC_CTX* context = nullptr;
  std::uint64_t hashes = 0;
};

Pepper::Pepper(std::string_view secret) : mac_(std::make_unique<Mac>(secret)) {
  constexpr std::string_view kHex = "0123456789abcdef";
  const KeyHash name = hash("gatehouse pepper");
  for (std::size_t i = 0; i < 4; ++i) (id_ += kHex[name[i] >> 4]) += kHex[name[i] & 15];
}

Pepper::Pepper(Pepper&&) noexcept = default;
Pepper& Pepper::operator=(Pepper&&) noexcept = default;
Pepper::~Pepper() = default;

KeyHash Pepper::hash(std::string_view text) const {
  KeyHash out;
  std::size_t size = 0;
  EVP_MAC_CTX* const context = mac_->context;
  ++mac_->hashes;
  if (EVP_MAC_init(context, nullptr, 0, nullptr) != 1 ||
      EVP_MAC_update(context, reinterpret_cast<const unsigned char*>(text.data()), text.size()) != 1 ||
      EVP_MAC_final(context, out.data(), &size, out.size()) != 1 || size != out.size())
    std::terminate();  // no memory: a hash that was not made must never be compared
  return out;
}

std::uint64_t Pepper::hashes_for_test() const { return mac_->hashes; }

Result<Peppers> Peppers::make(const std::vector<std::string>& secrets) {
  Peppers peppers;
  for (const std::string& secret : secrets) {
    if (secret.size() < Pepper::kMinLength)
      return fail(Kind::invalid_config, Origin::gateway, "a pepper needs at least 32 characters");
    peppers.all_.emplace_back(secret);
  }
  return peppers;
}

std::string Peppers::make_secret() {
  std::array<std::uint8_t, 32> bytes;
  random_bytes(bytes);
  std::string text = to_base64url({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  OPENSSL_cleanse(bytes.data(), bytes.size());
  return text;
}

std::uint64_t Peppers::hashes_for_test() const {
  std::uint64_t sum = 0;
  for (const Pepper& pepper : all_) sum += pepper.hashes_for_test();
  return sum;
}

const Pepper* Peppers::find(std::string_view id) const {
  const auto found = std::ranges::find(all_, id, &Pepper::id);
  return found == all_.end() ? nullptr : &*found;
}

}  // namespace gatehouse::identity
