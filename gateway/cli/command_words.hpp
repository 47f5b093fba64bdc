#pragma once
#include <string>
#include <vector>

#include "gateway/cli/completion.hpp"

namespace CLI {
class App;
}

namespace gatehouse::cli {

/// Commands and options for the completion scripts, read from the command line's own definition so that they cannot differ.
[[nodiscard]] std::vector<CommandWords> words_of(const CLI::App& app);

/// REQUIRES: `shell` is bash, zsh or fish.
[[nodiscard]] std::string completion_script(const std::string& shell, const std::vector<CommandWords>& commands);

}  // namespace gatehouse::cli
