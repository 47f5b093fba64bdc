#pragma once
#include <string>
#include <vector>

/// Scripts that complete the command line in a shell.
namespace gatehouse::cli {

enum class Takes { nothing, text, file };

struct OptionWords {
  std::vector<std::string> names;  ///< "-c", "--config"
  std::string description;         ///< One sentence.
  Takes takes = Takes::nothing;
  std::vector<std::string> choices;  ///< Of its value, if there are few.
};

struct CommandWords {
  std::string name;
  std::string description;
  std::vector<OptionWords> options;
  bool takes_file = false;           ///< Its first word without a dash is a file.
  std::vector<std::string> choices;  ///< … or one of these.
};

[[nodiscard]] std::string bash_completion(const std::vector<CommandWords>& commands);
[[nodiscard]] std::string zsh_completion(const std::vector<CommandWords>& commands);
[[nodiscard]] std::string fish_completion(const std::vector<CommandWords>& commands);

}  // namespace gatehouse::cli
