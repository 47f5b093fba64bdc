#include "gateway/cli/command_words.hpp"

#include <algorithm>

#include <CLI/CLI.hpp>

namespace gatehouse::cli {
namespace {

/// What CLI::IsMember allows, from its own words: `LEVEL:{a,b}`.
std::vector<std::string> choices_of(const CLI::Option& option) {
  const std::string type = option.get_type_name();
  const auto open = type.find('{');
  if (open == type.npos || !type.ends_with('}')) return {};
  return CLI::detail::split(type.substr(open + 1, type.size() - open - 2), ',');
}

bool takes_file(const CLI::Option& option) { return option.get_type_name() == "FILE"; }

OptionWords words_of(const CLI::Option& option) {
  OptionWords words{.names = {}, .description = option.get_description(), .choices = choices_of(option)};
  for (const std::string& name : option.get_snames()) words.names.push_back("-" + name);
  for (const std::string& name : option.get_lnames()) words.names.push_back("--" + name);
  if (option.get_type_size() > 0) words.takes = takes_file(option) ? Takes::file : Takes::text;
  return words;
}

}  // namespace

std::vector<CommandWords> words_of(const CLI::App& app) {
  std::vector<CommandWords> commands;
  for (const CLI::App* command : app.get_subcommands({})) {
    CommandWords words{.name = command->get_name(), .description = command->get_description()};
    bool first = true;
    for (const CLI::Option* option : command->get_options()) {
      if (!option->get_positional()) {
        words.options.push_back(words_of(*option));
      } else if (std::exchange(first, false)) {
        words.takes_file = takes_file(*option);
        words.choices = choices_of(*option);
      }
    }
    // Commands of a command are its first word, and all their options are offered behind it.
    for (const CommandWords& inner : words_of(*command)) {
      words.choices.push_back(inner.name);
      for (const OptionWords& option : inner.options)
        if (std::ranges::find(words.options, option.names, &OptionWords::names) == words.options.end())
          words.options.push_back(option);
    }
    commands.push_back(std::move(words));
  }
  return commands;
}

std::string completion_script(const std::string& shell, const std::vector<CommandWords>& commands) {
  if (shell == "bash") return bash_completion(commands);
  return shell == "zsh" ? zsh_completion(commands) : fish_completion(commands);
}

}  // namespace gatehouse::cli
