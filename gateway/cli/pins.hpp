#pragma once
#include <string>
#include <vector>

#include "gateway/cli/commands.hpp"

/// `gatehouse tools diff` and `approve`: the file of pinned tools, without a running gateway.
namespace gatehouse::cli {

struct PinsOptions {
  Source source;     ///< The configuration that names the file.
  std::string file;  ///< --file: the file itself.
};

struct ToolsDiffOptions {
  PinsOptions pins;
  std::string name;  ///< "server" or "server.tool"; empty: all.
  bool json = false;
};
/// exit_code::kFailed if something waits.
[[nodiscard]] int run_tools_diff(const ToolsDiffOptions& options);

struct ToolsApproveOptions {
  PinsOptions pins;
  std::vector<std::string> names;  ///< "server.tool", or "server.tool@HASH": only what that hash begins.
  bool all = false;
};
/// All of them or none.
[[nodiscard]] int run_tools_approve(const ToolsApproveOptions& options);

}  // namespace gatehouse::cli
