#include "gateway/cli/policy_command_line.hpp"

#include <CLI/CLI.hpp>

#include "gateway/cli/exit_code.hpp"

namespace gatehouse::cli {
namespace {

template <class Options>
CLI::App* add(CLI::App& group, std::function<int()>& action, const char* name, const char* description,
              const std::string& example, int (*run)(const Options&), Options& options) {
  CLI::App* const command = group.add_subcommand(name, description);
  command->group("Commands");
  command->footer("Example:\n  " + example);
  command->callback([&action, run, &options] { action = [run, &options] { return run(options); }; });
  return command;
}

void add_file(CLI::App* command, const char* name, std::string& file, const char* description) {
  command->add_option(name, file, description)->type_name("FILE")->required();
}

void add_policy(CLI::App* command, std::string& file) {
  file = "gatehouse.yaml";
  command->add_option("-c,--config", file, "Configuration or policy file; without it ./gatehouse.yaml")
      ->type_name("FILE");
}

void add_text(CLI::App* command, const char* name, std::string& text, const char* description) {
  command->add_option(name, text, description)->type_name("TEXT");
}

}  // namespace

void PolicyCommandLine::add_to(CLI::App& app, std::function<int()>& action) {
  CLI::App& policy = *app.add_subcommand("policy", "Check, test, explain and compare access rules.");
  policy.group("Commands");
  policy.require_subcommand(1);
  policy.footer(
      "Example:\n  gatehouse policy test cases.yaml -c policy.yaml\n\n"
      "`gatehouse policy COMMAND --help` explains a command. What the files look like: docs/policy.md.");

  CLI::App* const check = add(policy, action, "check", "Look for mistakes in a policy.",
                              "gatehouse policy check -c policy.yaml", run_policy_check, check_);
  add_policy(check, check_.policy);

  CLI::App* const test = add(policy, action, "test", "See whether principals may do what is expected of them.",
                             "gatehouse policy test cases.yaml -c policy.yaml", run_policy_test, test_);
  add_file(test, "cases", test_.cases, "Principals and what is expected");
  add_policy(test, test_.policy);
  test->add_flag("--json", test_.json, "Print JSON, for scripts");

  CLI::App* const explain =
      add(policy, action, "explain", "Say why somebody may or may not do something, rule by rule.",
          R"(gatehouse policy explain cases.yaml --who alice --server crm --tool add --args '{"amount": 5}')",
          run_policy_explain, explain_);
  add_file(explain, "cases", explain_.cases, "Where the principal stands");
  add_policy(explain, explain_.policy);
  explain->add_option("--who", explain_.who, "The principal")->type_name("NAME")->required();
  explain->add_option("--server", explain_.server, "The server")->type_name("NAME")->required();
  add_text(explain, "--tool", explain_.tool, "Its tool");
  add_text(explain, "--prompt", explain_.prompt, "Or its prompt");
  add_text(explain, "--resource", explain_.resource, "Or the URI of its resource");
  add_text(explain, "--args", explain_.arguments, "Arguments, a JSON object");
  add_text(explain, "--endpoint", explain_.endpoint, "Through this endpoint; usual: /mcp");

  CLI::App* const diff = add(policy, action, "diff", "Say who gains or loses what.",
                             "gatehouse policy diff old.yaml new.yaml --cases cases.yaml", run_policy_diff, diff_);
  add_file(diff, "before", diff_.before, "Configuration or policy file");
  add_file(diff, "after", diff_.after, "The one to compare with");
  diff->add_option("--cases", diff_.cases, "Principals, and what they could do")->type_name("FILE")->required();
  diff->add_flag("--json", diff_.json, "Print JSON, for scripts");
}

}  // namespace gatehouse::cli
