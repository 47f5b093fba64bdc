#pragma once
#include <optional>
#include <string>
#include <vector>

#include <gatehouse/base/time.hpp>

#include "gateway/cli/commands.hpp"

/// `gatehouse keys …`: API keys of a gateway, in the file that its configuration names. Each returns the process's exit code.
namespace gatehouse::cli {

struct KeysOptions {
  Source source;
  std::string file;  ///< The key file itself, with its pepper beside it; empty: what `source` says.
  bool json = false;
};

struct KeysCreateOptions {
  KeysOptions keys;
  std::string name, description, owner, tenant;
  std::string environment = "live";
  std::vector<std::string> scopes, roles, tools, endpoints, cidrs, certificates;
  std::vector<std::string> attributes;  ///< "key=value"
  std::optional<Milliseconds> expires;  ///< From now; none: 90 days, or what is allowed.
};
[[nodiscard]] int run_keys_create(const KeysCreateOptions& options);

struct KeysListOptions {
  KeysOptions keys;
};
[[nodiscard]] int run_keys_list(const KeysListOptions& options);

struct KeysRotateOptions {
  KeysOptions keys;
  std::string key;                             ///< Id or name.
  std::optional<Milliseconds> expires;         ///< From now; none: 90 days, or what is allowed.
  Milliseconds overlap{std::chrono::days(7)};  ///< How long the old secret works.
};
[[nodiscard]] int run_keys_rotate(const KeysRotateOptions& options);

struct KeysRevokeOptions {
  KeysOptions keys;
  std::string key;  ///< Id or name.
  std::string reason;
};
[[nodiscard]] int run_keys_revoke(const KeysRevokeOptions& options);

/// Hashes keys with a new pepper from now on.
struct KeysPepperOptions {
  KeysOptions keys;
};
[[nodiscard]] int run_keys_pepper(const KeysPepperOptions& options);

}  // namespace gatehouse::cli
