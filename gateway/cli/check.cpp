#include <unistd.h>

#include <cerrno>
#include <initializer_list>
#include <system_error>

#include "gateway/cli/commands.hpp"
#include "gateway/cli/configuration.hpp"
#include "gateway/cli/exit_code.hpp"
#include "gateway/cli/interruptible.hpp"
#include "gateway/cli/output.hpp"
#include "gateway/cli/probe.hpp"
#include "gateway/keyfile/key_file.hpp"

namespace gatehouse::cli {
namespace {

json::Value to_json(const config::Problems& problems) {
  auto list = json::Value::array();
  for (const auto& problem : problems) {
    list.push(json::Value::object(
        {{"file", problem.file}, {"line", problem.line}, {"key", problem.key}, {"message", problem.message}}));
  }
  return list;
}

std::string counted(std::size_t count, const std::string& noun) {
  return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

int report_problems(const CheckOptions& options, const config::Problems& problems) {
  if (options.json)
    print(json::Value::object({{"ok", false}, {"problems", to_json(problems)}, {"warnings", json::Value::array()}})
              .pretty() +
          "\n");
  else
    show_problems(problems);
  return exit_code::kUsage;
}

/// What is wrong with files that the configuration names and `serve` reads itself; what is odd about them becomes a warning.
config::Problems check_files(config::Loaded& loaded) {
  config::Problems problems;
  if (const auto& keys = loaded.config.auth.api_keys) {
    const auto contents = keyfile::load({.file = keys->file, .peppers = keys->peppers});
    config::Problems& list = contents ? loaded.warnings : problems;
    for (const config::Problem& found : contents ? contents->warnings : contents.error()) list.push_back(found);
  }
  if (const auto& tls = loaded.config.tls) {
    for (const std::string& file : {tls->certificate, tls->key, tls->client_ca})
      if (!file.empty() && ::access(file.c_str(), R_OK) != 0)
        problems.push_back({.file = file,
                            .line = 0,
                            .key = {},
                            .message = "cannot be read: " + std::generic_category().message(errno)});
  }
  return problems;
}

Task<int> probe_and_report(net::Loop& loop, const CheckOptions& options, const config::Loaded& loaded,
                           json::Value report, Cancel& cancel) {
  const auto reports = co_await probe(loop, loaded.config.servers, options.verbose, cancel);
  if (cancel.requested()) co_return exit_code::kOk;
  const int code = show_failures(reports);
  report.set("ok", code == exit_code::kOk);
  report.set("servers", cli::to_json(reports));
  print(options.json ? report.pretty() + "\n" : report_table(reports));
  co_return code;
}

}  // namespace

int run_check(const CheckOptions& options) {
  auto loaded = load(options.source);
  if (!loaded) return report_problems(options, loaded.error());
  if (const auto problems = check_files(*loaded); !problems.empty()) return report_problems(options, problems);
  auto report =
      json::Value::object({{"ok", true}, {"problems", json::Value::array()}, {"warnings", to_json(loaded->warnings)}});
  if (!options.json) {
    show_warnings(loaded->warnings);
    const auto& config = loaded->config;
    print(file_of(options.source) + ": ok, " + counted(config.servers.size(), "server") + ", " +
          counted(config.endpoints.size(), "endpoint") + "\n");
  } else if (!options.probe) {
    print(report.pretty() + "\n");
  }
  if (!options.probe) return exit_code::kOk;
  if (options.verbose) show_log();
  return run_interruptible([&](net::Loop& loop, Cancel& cancel) {
    return probe_and_report(loop, options, *loaded, std::move(report), cancel);
  });
}

}  // namespace gatehouse::cli
