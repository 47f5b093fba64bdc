#include "gateway/cli/commands.hpp"
#include "gateway/cli/configuration.hpp"
#include "gateway/cli/exit_code.hpp"
#include "gateway/cli/interruptible.hpp"
#include "gateway/cli/output.hpp"
#include "gateway/cli/probe.hpp"

namespace gatehouse::cli {
namespace {

Task<int> list_servers(net::Loop& loop, const ServersOptions& options, const std::vector<upstream::Options>& servers,
                       Cancel& cancel) {
  const auto reports = co_await probe(loop, servers, options.verbose, cancel);
  if (cancel.requested()) co_return exit_code::kOk;
  print(options.json ? to_json(reports).pretty() + "\n" : report_table(reports));
  co_return show_failures(reports);
}

}  // namespace

int run_servers(const ServersOptions& options) {
  const auto config = load_or_show(options.source);
  if (!config) return exit_code::kUsage;
  if (options.verbose) show_log();
  if (config->servers.empty()) complain("no servers in " + file_of(options.source));
  return run_interruptible(
      [&](net::Loop& loop, Cancel& cancel) { return list_servers(loop, options, config->servers, cancel); });
}

}  // namespace gatehouse::cli
