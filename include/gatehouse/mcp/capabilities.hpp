#pragma once
#include <string>
#include <string_view>

#include <gatehouse/json/value.hpp>
#include <gatehouse/mcp/revision.hpp>

namespace gatehouse::mcp {

/// What a client can do for a server. Rule: 2025-11-25 schema ClientCapabilities; 2026-07-28 basic/index, per request.
struct ClientCapabilities {
  bool roots = false, roots_changed = false;
  bool sampling = false, sampling_tools = false, sampling_context = false;
  bool elicitation_form = false, elicitation_url = false;
  bool ui = false;     ///< extensions["io.modelcontextprotocol/ui"]
  bool tasks = false;  ///< extensions["io.modelcontextprotocol/tasks"]; never 2025-11-25's `tasks`.

  /// True if a server may send requests to this client while it works.
  [[nodiscard]] bool any_callback() const { return roots || sampling || elicitation_form || elicitation_url; }
  bool operator==(const ClientCapabilities&) const = default;
};

/// Unknown members are ignored; a malformed object counts as `{}`.
[[nodiscard]] ClientCapabilities read_client_capabilities(std::string_view raw);
/// As a JSON object for a server of this revision.
[[nodiscard]] json::Value to_json(const ClientCapabilities& capabilities, Revision revision);

/// What a server offers.
struct ServerCapabilities {
  bool tools = false, tools_changed = false;
  bool resources = false, resources_changed = false, resources_subscribe = false;
  bool prompts = false, prompts_changed = false;
  bool completions = false, logging = false;
  bool tasks_extension = false;                                       ///< 2026-07-28
  bool tasks_calls = false, tasks_cancel = false, tasks_list = false;  ///< 2025-11-25

  bool operator==(const ServerCapabilities&) const = default;
};
[[nodiscard]] ServerCapabilities read_server_capabilities(const json::Value& object);
/// What the revision does not know is left out.
[[nodiscard]] json::Value to_json(const ServerCapabilities& capabilities, Revision revision);

/// `extensions` of a server that has tools with user interfaces.
[[nodiscard]] json::Value ui_extension();

/// Name and version of a program, as `clientInfo` or `serverInfo`.
struct Implementation {
  std::string name, version, title;
};
[[nodiscard]] json::Value to_json(const Implementation& implementation);

}  // namespace gatehouse::mcp
