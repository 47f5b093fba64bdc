#include "gateway/cli/pins_command_line.hpp"

#include <CLI/CLI.hpp>

#include "gateway/cli/exit_code.hpp"

namespace gatehouse::cli {
namespace {

template <class Options>
CLI::App* add(CLI::App& tools, const Source& source, std::function<int()>& action, const char* name,
              const char* description, const std::string& example, int (*run)(const Options&), Options& options) {
  CLI::App* const command = tools.add_subcommand(name, description);
  command->group("Commands");
  command->footer("Example:\n  " + example + "\n\n" + exit_code::kTable);
  command->callback([&action, &source, run, &options] {
    if (options.pins.source.config.empty()) options.pins.source = source;
    action = [run, &options] { return run(options); };
  });
  CLI::Option* const config =
      command->add_option("-c,--config", options.pins.source.config, "Configuration; without it ./gatehouse.yaml")
          ->type_name("FILE");
  command->add_option("--file", options.pins.file, "The file of pinned tools itself")
      ->type_name("FILE")
      ->excludes(config);
  return command;
}

}  // namespace

void PinsCommandLine::add_to(CLI::App& tools, const Source& source, std::function<int()>& action) {
  CLI::App* const diff =
      add(tools, source, action, "diff", "Show what waits for approval; exit code 1 if something does.",
          "gatehouse tools diff\n  gatehouse tools diff jira.create_issue", run_tools_diff, diff_);
  diff->add_option("name", diff_.name, "SERVER or SERVER.TOOL")->type_name("NAME");
  diff->add_flag("--json", diff_.json, "Print JSON, for scripts");

  CLI::App* const approve = add(tools, source, action, "approve", "Accept tools as they are now.",
                                "gatehouse tools approve jira.create_issue@mZ2wq3vXk1Qe", run_tools_approve, approve_);
  approve->add_option("names", approve_.names, "SERVER.TOOL, or SERVER.TOOL@HASH: only what `diff` has shown")
      ->type_name("NAME");
  approve->add_flag("--all", approve_.all, "Everything that waits");
}

}  // namespace gatehouse::cli
