#pragma once
#include <expected>
#include <optional>

#include "gateway/cli/commands.hpp"
#include "gateway/config/load.hpp"

namespace gatehouse::cli {

/// Reads what `source` names. Problems as those of config::load_file; also when nothing is named and ./gatehouse.yaml is not there.
[[nodiscard]] std::expected<config::Loaded, config::Problems> load(const Source& source);

/// The file that `load` reads, for messages.
[[nodiscard]] std::string file_of(const Source& source);

/// Writes each as a line to standard error; warnings start with "warning: ".
void show_problems(const config::Problems& problems);
void show_warnings(const config::Problems& warnings);

/// Loads and shows problems and warnings; nothing if there are problems.
[[nodiscard]] std::optional<config::Config> load_or_show(const Source& source);

}  // namespace gatehouse::cli
