#pragma once
#include <chrono>
#include <optional>

#include "gateway/cli/keys.hpp"
#include "gateway/keyfile/key_file.hpp"

namespace gatehouse::cli {

/// Where keys are kept, and how long they may live.
struct KeysPlace {
  keyfile::Place place;
  std::chrono::milliseconds max_lifetime;
};

/// What is configured. Says what is wrong, and nothing is the result, if it cannot be read or has no key file.
[[nodiscard]] std::optional<KeysPlace> place_of(const KeysOptions& options);

/// Says what went wrong; the exit code.
[[nodiscard]] int show_keys_failure(const Error& error);

}  // namespace gatehouse::cli
