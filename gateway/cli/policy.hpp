#pragma once
#include <string>

/// `gatehouse policy …`: rules without a running gateway. Each returns the process's exit code.
namespace gatehouse::cli {

struct PolicyCheckOptions {
  std::string policy;  ///< A policy file or a configuration.
};
[[nodiscard]] int run_policy_check(const PolicyCheckOptions& options);

/// kFailed if something is not as expected.
struct PolicyTestOptions {
  std::string policy, cases;
  bool json = false;
};
[[nodiscard]] int run_policy_test(const PolicyTestOptions& options);

struct PolicyExplainOptions {
  std::string policy, cases;
  std::string who, server, tool, prompt, resource, arguments, endpoint = "/mcp";
};
[[nodiscard]] int run_policy_explain(const PolicyExplainOptions& options);

struct PolicyDiffOptions {
  std::string before, after, cases;
  bool json = false;
};
[[nodiscard]] int run_policy_diff(const PolicyDiffOptions& options);

}  // namespace gatehouse::cli
