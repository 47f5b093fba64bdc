#include "gateway/cli/commands.hpp"
#include "gateway/cli/configuration.hpp"
#include "gateway/cli/exit_code.hpp"
#include "gateway/cli/output.hpp"

namespace gatehouse::cli {

int run_explain(const ExplainOptions& options) {
  const auto config = load_or_show(options.source);
  if (!config) return exit_code::kUsage;
  print(config::to_yaml(*config));
  return exit_code::kOk;
}

}  // namespace gatehouse::cli
