#pragma once
#include <map>
#include <string>
#include <string_view>

#include <gatehouse/base/error.hpp>
#include <gatehouse/identity/api_key_verifier.hpp>

/// When and from where keys were used: `<key file>.used`. A file of its own, so that neither writer waits for the other.
namespace gatehouse::keyfile {

using Uses = std::map<std::string, identity::ApiKeyUse, std::less<>>;

[[nodiscard]] std::string uses_file(const std::string& key_file);
/// What cannot be understood is left out: nothing depends on it.
[[nodiscard]] Uses read_uses(std::string_view text);
[[nodiscard]] std::string write_uses(const Uses& uses);
/// Puts newer uses into the file beside what other processes wrote. Keys that are not `kept` are forgotten. Errors: io.
[[nodiscard]] Result<void> merge_uses(const std::string& key_file, const Uses& newer,
                                      const std::vector<identity::ApiKeyRecord>& kept);

}  // namespace gatehouse::keyfile
