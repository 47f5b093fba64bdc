#pragma once
#include <expected>
#include <memory>
#include <string>

#include "gateway/config/load.hpp"
#include "gateway/policy/policy.hpp"

namespace gatehouse::config {

struct LoadedPolicy {
  std::shared_ptr<const policy::Policy> policy;
  Problems warnings;
};

/// The policy in a file of its own, or in a configuration (whatever else may be wrong with that one's surroundings is told, too).
[[nodiscard]] std::expected<LoadedPolicy, Problems> load_policy(const std::string& path);

}  // namespace gatehouse::config
