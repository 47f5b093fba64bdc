#include "src/identity/digest.hpp"

#include <cstdlib>
#include <string>

#include <openssl/rand.h>

#include <gatehouse/base/base64url.hpp>

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

Digester::Digester() : sha256_(EVP_MD_fetch(nullptr, "SHA256", nullptr)), context_(EVP_MD_CTX_new()) {
  require(sha256_ && context_);
  require(RAND_bytes(seed_.data(), static_cast<int>(seed_.size())));
}

Digest Digester::operator()(std::string_view scope, std::string_view text) {
  Digest digest;
  require(EVP_DigestInit_ex2(context_.get(), sha256_.get(), nullptr));
  require(EVP_DigestUpdate(context_.get(), seed_.data(), seed_.size()));
  update(context_.get(), scope, text);
  require(EVP_DigestFinal_ex(context_.get(), digest.data(), nullptr));
  return digest;
}

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
