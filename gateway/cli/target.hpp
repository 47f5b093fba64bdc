#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/cli/commands.hpp"
#include "gateway/upstream/options.hpp"

namespace gatehouse::cli {

/// The servers that a Target stands for; the one behind `--url` has an empty name. Nothing if the configuration or an option is
/// wrong, which was said on standard error.
[[nodiscard]] std::optional<std::vector<upstream::Options>> servers_of(const Target& target);

/// How messages call a server: its name, or its address.
[[nodiscard]] std::string shown_name(const upstream::Options& server);
/// What it is, without arguments, headers and query, which may be secrets: "npx", "https://mcp.example.com/mcp".
[[nodiscard]] std::string shown_address(const upstream::Options& server);
/// "server.tool"; the tool alone behind `--url`.
[[nodiscard]] std::string shown_tool(const upstream::Options& server, std::string_view tool);

struct ToolName {
  const upstream::Options* server = nullptr;
  std::string tool;  ///< As the server knows it; empty: only a server was named.
};
/// Finds what "server.tool" or "server" (behind `--url`: "tool") means. Nothing if no such server is there, which was said on
/// standard error.
[[nodiscard]] std::optional<ToolName> find_tool(const std::vector<upstream::Options>& servers, const std::string& name);

}  // namespace gatehouse::cli
