#include "gateway/bridge/digest.hpp"

#include <openssl/sha.h>

#include <array>

#include <gatehouse/base/base64url.hpp>

#include "gateway/bridge/canonical.hpp"

namespace gatehouse::bridge {

std::string sha256_text(std::string_view bytes) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> hash{};
  SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), hash.data());
  return to_base64url({reinterpret_cast<const char*>(hash.data()), hash.size()});
}

Result<std::string> call_digest(std::string_view endpoint, const mcp::Message& request) {
  auto call = json::Value::array({endpoint, mcp::to_string(request.method)});
  if (mcp::target_of(request.method) == mcp::Target::uri) {
    call.push(request.params.uri);
  } else {
    call.push(request.params.name);
    auto arguments = json::Value::object();  // absent and empty are the same call
    if (const json::Member* given = request.params.object.find("arguments")) {
      auto parsed = json::parse(given->value);
      if (!parsed) return fail(std::move(parsed.error()));
      arguments = std::move(*parsed);
    }
    call.push(std::move(arguments));
  }
  return sha256_text(canonical(call));
}

}  // namespace gatehouse::bridge
