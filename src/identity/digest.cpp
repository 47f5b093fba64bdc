#include "src/identity/digest.hpp"

#include <cstdint>
#include <cstdlib>

#include <openssl/evp.h>

#include <gatehouse/base/base64url.hpp>
#include <gatehouse/base/random.hpp>

namespace gatehouse::identity {
namespace {

void require(int done) {
  if (done != 1) std::abort();  // no memory, or no SHA-256: nothing can be judged
}

void update(EVP_MD_CTX* context, std::string_view scope, std::string_view text) {
  const std::uint64_t size = scope.size();
  require(EVP_DigestUpdate(context, &size, sizeof size));
  require(EVP_DigestUpdate(context, scope.data(), scope.size()));
  require(EVP_DigestUpdate(context, text.data(), text.size()));
}

}  // namespace

Digester::Digester() { random_bytes(seed_); }

std::string short_id(std::string_view scope, std::string_view text) {
  constexpr std::size_t kBytes = 16;
  unsigned char digest[EVP_MAX_MD_SIZE];
  EVP_MD_CTX* const context = EVP_MD_CTX_new();
  require(context && EVP_DigestInit_ex2(context, EVP_sha256(), nullptr));
  update(context, scope, text);
  require(EVP_DigestFinal_ex(context, digest, nullptr));
  EVP_MD_CTX_free(context);
  return to_base64url({reinterpret_cast<const char*>(digest), kBytes});
}

}  // namespace gatehouse::identity
