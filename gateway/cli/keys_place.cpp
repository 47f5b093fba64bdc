#include "gateway/cli/keys_place.hpp"

#include "gateway/cli/configuration.hpp"
#include "gateway/cli/output.hpp"

namespace gatehouse::cli {

std::optional<KeysPlace> place_of(const KeysOptions& options) {
  if (!options.file.empty()) return KeysPlace{{.file = options.file, .peppers = {}}, config::ApiKeys().max_lifetime};
  const auto config = load_or_show(options.source);
  if (!config) return std::nullopt;
  if (const auto& keys = config->auth.api_keys)
    return KeysPlace{{.file = keys->file, .peppers = keys->peppers}, keys->max_lifetime};
  complain(file_of(options.source) + " names no file for API keys: auth: { api_keys: { file: keys.yaml } }");
  return std::nullopt;
}

}  // namespace gatehouse::cli
