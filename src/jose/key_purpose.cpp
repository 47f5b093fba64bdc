#include "src/jose/key_purpose.hpp"

#include <algorithm>

namespace gatehouse::jose {
namespace {

using Problem = std::unexpected<std::string>;

/// Errors: not an array of texts.
std::expected<bool, std::string> lets_verify(const json::Value& operations) {
  const auto* const items = operations.as_array();
  if (!items || !std::all_of(items->begin(), items->end(), [](auto& item) { return item.is_string(); })) {
    return Problem("'key_ops' is no list of texts");
  }
  return std::any_of(items->begin(), items->end(), [](auto& item) { return *item.as_string() == "verify"; });
}

}  // namespace

std::expected<KeyPurpose, std::string> purpose_of(const json::Value& jwk) {
  KeyPurpose purpose;
  if (const json::Value* const use = jwk.find("use")) {
    if (!use->is_string()) return Problem("'use' is no text");
    purpose.verifying = *use->as_string() == "sig";
  }
  if (const json::Value* const operations = jwk.find("key_ops")) {
    const auto listed = lets_verify(*operations);
    if (!listed) return Problem(listed.error());
    purpose.verifying = purpose.verifying && *listed;
  }
  const json::Value* const name = jwk.find("alg");
  if (!name || !purpose.verifying) return purpose;
  if (!name->is_string()) return Problem("'alg' is no text");
  purpose.algorithm = algorithm_named(*name->as_string());
  if (!purpose.algorithm) return Problem("'alg' " + *name->as_string() + " is not supported");
  return purpose;
}

}  // namespace gatehouse::jose
