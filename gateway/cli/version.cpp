#include <gatehouse/json/value.hpp>
#include <gatehouse/mcp/revision.hpp>

#include "gateway/app/version.hpp"
#include "gateway/cli/commands.hpp"
#include "gateway/cli/exit_code.hpp"
#include "gateway/cli/output.hpp"

namespace gatehouse::cli {

int run_version(const VersionOptions& options) {
  auto revisions = json::Value::array();
  std::string list;
  for (const mcp::Revision revision : mcp::kRevisions) {
    revisions.push(mcp::to_string(revision));
    list.append(list.empty() ? "" : ", ").append(mcp::to_string(revision));
  }
  if (options.json) {
    print(json::Value::object({{"version", app::kVersion}, {"protocolVersions", revisions}}).pretty() + "\n");
  } else {
    print("gatehouse " + std::string(app::kVersion) + "\nprotocol versions: " + list + "\n");
  }
  return exit_code::kOk;
}

}  // namespace gatehouse::cli
