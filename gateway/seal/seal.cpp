#include "gateway/seal/seal.hpp"

#include <openssl/evp.h>
#include <openssl/sha.h>

#include <algorithm>
#include <exception>
#include <memory>

#include <gatehouse/base/base64url.hpp>
#include <gatehouse/base/random.hpp>

namespace gatehouse::seal {
namespace {

constexpr std::size_t kNonceBytes = 12, kTagBytes = 16, kTimeBytes = 8;

using Cipher = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;

std::string_view tag_of(Purpose purpose) {
  switch (purpose) {
    case Purpose::cursor: return "gc1";
    case Purpose::state: return "gs1";
    case Purpose::task: return "gt1";
  }
  std::terminate();
}

/// What is authenticated but not in the token: a zero byte cannot be part of the tag, so the two never run together.
std::string associated_data(Purpose purpose, std::string_view principal) {
  return std::string(tag_of(purpose)).append(1, '\0').append(principal);
}

std::array<std::uint8_t, 32> derive(std::string_view label, std::string_view secret) {
  std::string text(label);
  text.append(1, '\0').append(secret);
  std::array<std::uint8_t, 32> hash{};
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), hash.data());
  return hash;
}

Key make_key(std::string_view secret) {
  Key key;
  key.bytes = derive("gatehouse seal key", secret);
  const auto name = derive("gatehouse seal key id", secret);
  key.id = to_base64url({reinterpret_cast<const char*>(name.data()), 6});
  return key;
}

const unsigned char* bytes_of(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }
unsigned char* bytes_of(std::string& text, std::size_t at) {
  return reinterpret_cast<unsigned char*>(text.data()) + at;
}

std::string pack(Time expires, std::string_view content) {
  std::string plain;
  const auto instant = static_cast<std::uint64_t>(expires.time_since_epoch().count());
  for (int shift = 56; shift >= 0; shift -= 8) plain += static_cast<char>(instant >> shift & 255);
  return plain.append(content);
}

Time expiry_of(std::string_view plain) {
  std::uint64_t instant = 0;
  for (std::size_t i = 0; i < kTimeBytes; ++i) instant = instant << 8 | static_cast<unsigned char>(plain[i]);
  return Time{std::chrono::milliseconds{static_cast<std::int64_t>(instant)}};
}

/// nonce ‖ ciphertext ‖ tag
std::string encrypt(const Key& key, std::string_view associated, std::string_view plain) {
  std::string out(kNonceBytes + plain.size() + kTagBytes, '\0');
  random_bytes({bytes_of(out, 0), kNonceBytes});
  const Cipher cipher(EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free);
  int length = 0;
  const bool done =
      cipher && EVP_EncryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, key.bytes.data(), bytes_of(out, 0)) == 1 &&
      EVP_EncryptUpdate(cipher.get(), nullptr, &length, bytes_of(associated), static_cast<int>(associated.size())) ==
          1 &&
      EVP_EncryptUpdate(cipher.get(), bytes_of(out, kNonceBytes), &length, bytes_of(plain),
                        static_cast<int>(plain.size())) == 1 &&
      EVP_EncryptFinal_ex(cipher.get(), bytes_of(out, kNonceBytes + plain.size()), &length) == 1 &&
      EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_GET_TAG, kTagBytes, bytes_of(out, kNonceBytes + plain.size())) ==
          1;
  if (!done) std::terminate();  // only out of memory
  return out;
}

std::expected<std::string, Refusal> decrypt(const Key& key, std::string_view associated, std::string& sealed) {
  if (sealed.size() < kNonceBytes + kTimeBytes + kTagBytes) return std::unexpected(Refusal::invalid);
  const std::size_t size = sealed.size() - kNonceBytes - kTagBytes;
  std::string plain(size, '\0');
  const Cipher cipher(EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free);
  int length = 0;
  const bool genuine =
      cipher &&
      EVP_DecryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, key.bytes.data(), bytes_of(sealed, 0)) == 1 &&
      EVP_DecryptUpdate(cipher.get(), nullptr, &length, bytes_of(associated), static_cast<int>(associated.size())) ==
          1 &&
      EVP_DecryptUpdate(cipher.get(), bytes_of(plain, 0), &length, bytes_of(sealed, kNonceBytes),
                        static_cast<int>(size)) == 1 &&
      EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_SET_TAG, kTagBytes, bytes_of(sealed, kNonceBytes + size)) == 1 &&
      EVP_DecryptFinal_ex(cipher.get(), bytes_of(plain, size), &length) == 1;
  if (!genuine) return std::unexpected(Refusal::invalid);
  return plain;
}

}  // namespace

Result<KeyRing> KeyRing::of(const std::vector<std::string>& secrets) {
  if (secrets.empty()) return fail(Kind::invalid_config, Origin::gateway, "There is no key to seal tokens with.");
  std::vector<Key> keys;
  for (const std::string& secret : secrets) {
    if (secret.size() < kMinSecretBytes) {
      return fail(Kind::invalid_config, Origin::gateway,
                  "A key for tokens has fewer than 32 characters; make one with: openssl rand -base64 32");
    }
    keys.push_back(make_key(secret));
  }
  return KeyRing(std::move(keys));
}

KeyRing KeyRing::random() {
  std::string secret(kMinSecretBytes, '\0');
  random_bytes({bytes_of(secret, 0), secret.size()});
  return KeyRing({make_key(secret)});
}

std::string KeyRing::seal(Purpose purpose, std::string_view principal, std::string_view content, Time expires) const {
  const Key& key = keys_.front();
  std::string token(tag_of(purpose));
  token.append(1, '.').append(key.id).append(1, '.');
  return token.append(to_base64url(encrypt(key, associated_data(purpose, principal), pack(expires, content))));
}

std::expected<std::string, Refusal> KeyRing::open(Purpose purpose, std::string_view principal, std::string_view token,
                                                  Time now) const {
  if (!looks_sealed(purpose, token)) return std::unexpected(Refusal::invalid);
  token.remove_prefix(tag_of(purpose).size() + 1);
  const auto dot = token.find('.');
  if (dot == std::string_view::npos) return std::unexpected(Refusal::invalid);
  const auto key = std::ranges::find(keys_, token.substr(0, dot), &Key::id);
  auto sealed = from_base64url(token.substr(dot + 1));
  if (key == keys_.end() || !sealed) return std::unexpected(Refusal::invalid);
  auto plain = decrypt(*key, associated_data(purpose, principal), *sealed);
  if (!plain) return plain;
  if (now >= expiry_of(*plain)) return std::unexpected(Refusal::expired);
  plain->erase(0, kTimeBytes);
  return plain;
}

bool looks_sealed(Purpose purpose, std::string_view text) {
  const std::string_view tag = tag_of(purpose);
  return text.size() > tag.size() && text.starts_with(tag) && text[tag.size()] == '.';
}

}  // namespace gatehouse::seal
