#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "gateway/cli/pins.hpp"
#include "gateway/pins/book.hpp"

namespace gatehouse::cli {

/// The file of pinned tools. Nothing, and said why, if none is configured.
[[nodiscard]] std::optional<std::string> pins_file_of(const PinsOptions& options);

/// What is in it. Errors: io, also for a file that is not there; invalid_config.
[[nodiscard]] Result<pins::Book::Pins> read_pins(const std::string& file);

/// Says what went wrong; the exit code.
[[nodiscard]] int show_pins_failure(const Error& error);

[[nodiscard]] std::string name_of(const pins::ToolKey& tool);
/// Enough of a hash to name a definition.
[[nodiscard]] std::string_view short_hash(const pins::Version& version);

}  // namespace gatehouse::cli
