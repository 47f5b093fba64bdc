#include "gateway/cli/keys_command_line.hpp"

#include <CLI/CLI.hpp>

#include "gateway/cli/exit_code.hpp"
#include "gateway/config/quantity.hpp"

namespace gatehouse::cli {
namespace {

template <class Options>
CLI::App* add(CLI::App& keys, std::function<int()>& action, const char* name, const char* description,
              const std::string& example, int (*run)(const Options&), Options& options) {
  CLI::App* const command = keys.add_subcommand(name, description);
  command->group("Commands");
  command->footer("Example:\n  " + example + "\n\n" + exit_code::kTable);
  command->callback([&action, run, &options] { action = [run, &options] { return run(options); }; });
  CLI::Option* const config =
      command->add_option("-c,--config", options.keys.source.config, "Configuration; without it ./gatehouse.yaml")
          ->type_name("FILE");
  command->add_option("--file", options.keys.file, "The key file itself, with its pepper beside it")
      ->type_name("FILE")
      ->excludes(config);
  command->add_flag("--json", options.keys.json, "Print JSON, for scripts");
  return command;
}

void add_texts(CLI::App* command, const char* name, std::vector<std::string>& texts, const char* description) {
  command->add_option(name, texts, description)->type_name("LIST")->delimiter(',')->allow_extra_args(false);
}

void add_text(CLI::App* command, const char* name, std::string& text, const char* description) {
  command->add_option(name, text, description)->type_name("TEXT");
}

template <class Time>
void add_time(CLI::App* command, const std::string& name, Time& time, const std::string& description) {
  const auto read = [&time, name](const std::string& text) {
    const auto duration = config::parse_duration(text);
    if (!duration) throw CLI::ValidationError(name, duration.error());
    time = *duration;
  };
  command->add_option_function<std::string>(name, read, description)->type_name("TIME");
}

void add_key(CLI::App* command, std::string& key) {
  command->add_option("key", key, "Id or name of the key")->type_name("KEY")->required();
}

void add_restrictions(CLI::App* command, KeysCreateOptions& options) {
  add_texts(command, "--scopes", options.scopes, "Scopes it has, a,b; may be repeated");
  add_texts(command, "--roles", options.roles, "Roles it has");
  add_texts(command, "--tools", options.tools, "All it may call, whatever rules allow: jira.get_*");
  add_texts(command, "--endpoints", options.endpoints, "Endpoints it is for: /mcp");
  add_texts(command, "--cidr", options.cidrs, "Networks it may be used from: 10.0.0.0/8");
  add_texts(command, "--certificate", options.certificates, "SHA-256 of client certificates it is used with");
  add_texts(command, "--attribute", options.attributes, "Claim for rules, key=value");
}

}  // namespace

void KeysCommandLine::add_to(CLI::App& app, std::function<int()>& action) {
  CLI::App& keys = *app.add_subcommand("keys", "Make, list, replace and end API keys.");
  keys.group("Commands");
  keys.require_subcommand(1);
  keys.footer(std::string("Example:\n  gatehouse keys create --name ci --owner team-ci --scopes read\n\n") +
              "`gatehouse keys COMMAND --help` explains a command.");

  CLI::App* const create =
      add(keys, action, "create", "Make a key and print it, this once.",
          "gatehouse keys create --name ci --owner team-ci --roles automation --expires 30d --cidr 10.0.0.0/8",
          run_keys_create, create_);
  create->add_option("--name", create_.name, "What it is called")->type_name("TEXT")->required();
  add_text(create, "--owner", create_.owner, "The user or service it belongs to");
  add_text(create, "--description", create_.description, "What it is for");
  add_text(create, "--tenant", create_.tenant, "Tenant it acts for");
  create->add_option("--env", create_.environment, "Shown in the key itself: live or test")
      ->type_name("NAME")
      ->check(CLI::IsMember({"live", "test"}));
  add_time(create, "--expires", create_.expires, "How long it works; usual: 90d");
  add_restrictions(create, create_);

  add(keys, action, "list", "Show all keys, without anything secret.", "gatehouse keys list", run_keys_list, list_);

  CLI::App* const rotate = add(keys, action, "rotate", "Give a key a new secret; the old one works a while longer.",
                               "gatehouse keys rotate ci --overlap 7d", run_keys_rotate, rotate_);
  add_key(rotate, rotate_.key);
  add_time(rotate, "--overlap", rotate_.overlap, "How long the old secret works; usual: 7d");
  add_time(rotate, "--expires", rotate_.expires, "How long the key works; usual: 90d");

  CLI::App* const revoke = add(keys, action, "revoke", "End a key at once.",
                               "gatehouse keys revoke ci --reason 'laptop lost'", run_keys_revoke, revoke_);
  add_key(revoke, revoke_.key);
  add_text(revoke, "--reason", revoke_.reason, "Why, for the records");

  add(keys, action, "pepper", "Hash secrets with a new pepper from now on.", "gatehouse keys pepper", run_keys_pepper,
      pepper_);
}

}  // namespace gatehouse::cli
