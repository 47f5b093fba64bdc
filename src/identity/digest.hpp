#pragma once
#include <array>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>

#include <openssl/evp.h>

namespace gatehouse::identity {

using Digest = std::array<unsigned char, 32>;
struct DigestHash {
  std::size_t operator()(const Digest& digest) const {
    std::size_t hash = 0;
    std::memcpy(&hash, digest.data(), sizeof hash);
    return hash;
  }
};

/// SHA-256 with a secret prefix of this process: a name for a token that is no use to whoever finds it, and whose place in a table
/// nobody can choose. Takes no memory.
class Digester {
 public:
  Digester();
  /// Of two texts, the first of which cannot run into the second.
  Digest operator()(std::string_view scope, std::string_view text);

 private:
  struct Free {
    void operator()(EVP_MD* digest) const { EVP_MD_free(digest); }
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  };
  std::unique_ptr<EVP_MD, Free> sha256_;
  std::unique_ptr<EVP_MD_CTX, Free> context_;
  std::array<unsigned char, 16> seed_{};
};

/// Plain SHA-256 of some texts, in base64url, shortened to 128 bits: a public id for something secret or long.
[[nodiscard]] std::string short_id(std::string_view scope, std::string_view text);

}  // namespace gatehouse::identity
