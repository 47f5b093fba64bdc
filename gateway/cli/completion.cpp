#include "gateway/cli/completion.hpp"

#include <fmt/format.h>

namespace gatehouse::cli {
namespace {

std::string joined(const std::vector<std::string>& words, std::string_view separator) {
  return fmt::format("{}", fmt::join(words, separator));
}

/// For the inside of single quotes of any shell.
std::string quotable(std::string_view text) {
  std::string out;
  for (const char c : text) out += c == '\'' ? std::string("’") : std::string(1, c);
  return out;
}

/// For a zsh description in brackets, within single quotes.
std::string zsh_text(std::string_view text) {
  std::string out;
  for (const char c : quotable(text)) {
    if (c == '[' || c == ']' || c == ':' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

std::string bash_values(const CommandWords& command) {
  std::string out;
  for (const OptionWords& option : command.options) {
    if (option.takes == Takes::nothing) continue;
    const std::string action = !option.choices.empty() ? fmt::format("COMPREPLY=($(compgen -W '{}' -- \"$current\"))",
                                                                     joined(option.choices, " "))
                               : option.takes == Takes::file ? "COMPREPLY=($(compgen -f -- \"$current\"))"
                                                             : "COMPREPLY=()";
    out += fmt::format("        {}) {}; return ;;\n", joined(option.names, "|"), action);
  }
  return out;
}

std::string zsh_option(const OptionWords& option) {
  const std::string value = !option.choices.empty()       ? fmt::format(":value:({})", joined(option.choices, " "))
                            : option.takes == Takes::file ? ":file:_files"
                            : option.takes == Takes::text ? ":value: "
                                                          : "";
  const std::string text = fmt::format("[{}]{}", zsh_text(option.description), value);
  if (option.names.size() == 1) return fmt::format("        '{}{}'\n", option.names[0], text);
  return fmt::format("        '({})'{{{}}}'{}'\n", joined(option.names, " "), joined(option.names, ","), text);
}

}  // namespace

std::string bash_completion(const std::vector<CommandWords>& commands) {
  std::string names, cases;
  for (const CommandWords& command : commands) {
    std::vector<std::string> options = command.choices;
    for (const OptionWords& option : command.options) options.push_back(option.names.back());
    names += (names.empty() ? "" : " ") + command.name;
    cases += fmt::format("    {})\n      case $previous in\n{}      esac\n      words='{}'{} ;;\n", command.name,
                         bash_values(command), joined(options, " "), command.takes_file ? " files=yes" : "");
  }
  return fmt::format(R"sh(# gatehouse completion for bash: source <(gatehouse completion bash)
_gatehouse() {{
  local current=${{COMP_WORDS[COMP_CWORD]}} previous=${{COMP_WORDS[COMP_CWORD-1]}} words files=
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W '{} --help --version' -- "$current"))
    return
  fi
  case ${{COMP_WORDS[1]}} in
{}    *) return ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
  [ -z "$files" ] || COMPREPLY+=($(compgen -f -- "$current"))
}}
complete -o filenames -F _gatehouse gatehouse
)sh",
                     names, cases);
}

std::string zsh_completion(const std::vector<CommandWords>& commands) {
  std::string list, cases;
  for (const CommandWords& command : commands) {
    list += fmt::format("      '{}:{}'\n", command.name, zsh_text(command.description));
    cases += fmt::format("    {})\n      arguments=(\n", command.name);
    for (const OptionWords& option : command.options) cases += zsh_option(option);
    if (command.takes_file) cases += "        '1:file:_files'\n";
    if (!command.choices.empty()) cases += fmt::format("        '1:value:({})'\n", joined(command.choices, " "));
    cases += "      ) ;;\n";
  }
  return fmt::format(R"sh(#compdef gatehouse
# gatehouse completion for zsh: gatehouse completion zsh > "${{fpath[1]}}/_gatehouse"
_gatehouse() {{
  local -a commands arguments
  if (( CURRENT == 2 )); then
    commands=(
{}    )
    _describe command commands
    return
  fi
  local command=$words[2]
  shift words
  (( CURRENT-- ))
  case $command in
{}    *) return ;;
  esac
  _arguments $arguments
}}
if [ "$funcstack[1]" = _gatehouse ]; then _gatehouse "$@"; else compdef _gatehouse gatehouse; fi
)sh",
                     list, cases);
}

std::string fish_completion(const std::vector<CommandWords>& commands) {
  std::string out =
      "# gatehouse completion for fish: gatehouse completion fish > ~/.config/fish/completions/gatehouse.fish\n";
  out += "complete -c gatehouse -f\n";
  for (const CommandWords& command : commands) {
    out += fmt::format("complete -c gatehouse -n __fish_use_subcommand -a {} -d '{}'\n", command.name,
                       quotable(command.description));
    const std::string seen = fmt::format("complete -c gatehouse -n '__fish_seen_subcommand_from {}'", command.name);
    for (const OptionWords& option : command.options) {
      out += seen;
      for (const std::string& name : option.names)
        out += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
      if (option.takes != Takes::nothing) out += " -r";
      if (option.takes == Takes::file) out += " -F";
      if (!option.choices.empty()) out += fmt::format(" -a '{}'", joined(option.choices, " "));
      out += fmt::format(" -d '{}'\n", quotable(option.description));
    }
    if (command.takes_file) out += seen + " -F\n";
    if (!command.choices.empty()) out += fmt::format("{} -a '{}'\n", seen, joined(command.choices, " "));
  }
  return out;
}

}  // namespace gatehouse::cli
