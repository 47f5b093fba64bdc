#include "gateway/cli/configuration.hpp"

#include <unistd.h>

#include "gateway/cli/output.hpp"

namespace gatehouse::cli {
namespace {

constexpr const char* kDefaultFile = "gatehouse.yaml";

void show(const config::Problem& problem, std::string_view mark) {
  print_error(std::string(mark) + harmless(problem.str()) + "\n");
}

}  // namespace

std::string file_of(const Source& source) {
  if (!source.mcp_servers.empty()) return source.mcp_servers;
  return source.config.empty() ? kDefaultFile : source.config;
}

std::expected<config::Loaded, config::Problems> load(const Source& source) {
  const std::string file = file_of(source);
  if (!source.mcp_servers.empty()) return config::load_client_file(file);
  if (source.config.empty() && ::access(kDefaultFile, F_OK) != 0) {
    return std::unexpected(
        config::Problems{{.file = file,
                          .message = "no such file here; name a configuration with -c FILE, or a client's file "
                                     "(claude_desktop_config.json and the like) with --mcp-servers FILE"}});
  }
  return config::load_file(file);
}

void show_problems(const config::Problems& problems) {
  for (const auto& problem : problems) show(problem, "");
}

void show_warnings(const config::Problems& warnings) {
  for (const auto& warning : warnings) show(warning, "warning: ");
}

std::optional<config::Config> load_or_show(const Source& source) {
  auto loaded = load(source);
  if (!loaded) {
    show_problems(loaded.error());
    return std::nullopt;
  }
  show_warnings(loaded->warnings);
  return std::move(loaded->config);
}

}  // namespace gatehouse::cli
