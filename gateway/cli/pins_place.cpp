#include "gateway/cli/pins_place.hpp"

#include "gateway/cli/configuration.hpp"
#include "gateway/cli/exit_code.hpp"
#include "gateway/cli/output.hpp"
#include "gateway/keyfile/files.hpp"

namespace gatehouse::cli {

std::optional<std::string> pins_file_of(const PinsOptions& options) {
  if (!options.file.empty()) return options.file;
  const auto config = load_or_show(options.source);
  if (!config) return std::nullopt;
  if (config->pins) return config->pins->file;
  complain(file_of(options.source) + " does not pin tools: pins: { file: tool-pins.json }");
  return std::nullopt;
}

Result<pins::Book::Pins> read_pins(const std::string& file) {
  const auto text = keyfile::read_if_there(file);
  if (!text) return fail(Error(text.error()));
  if (text->empty())
    return fail(Kind::io, Origin::gateway, file + " is not there or empty: no gateway has noted any tools in it");
  auto pins = pins::read_book(*text);
  if (!pins) return fail(Kind::invalid_config, Origin::gateway, file + ": " + pins.error().message);
  return pins;
}

int show_pins_failure(const Error& error) {
  complain(error.message);
  return error.kind == Kind::io ? exit_code::kFailed : exit_code::kUsage;
}

std::string name_of(const pins::ToolKey& tool) { return tool.first + "." + tool.second; }

std::string_view short_hash(const pins::Version& version) { return std::string_view(version.hash).substr(0, 12); }

}  // namespace gatehouse::cli
