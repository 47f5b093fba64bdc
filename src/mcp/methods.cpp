#include <gatehouse/mcp/methods.hpp>

#include <algorithm>
#include <array>

namespace gatehouse::mcp {
namespace {

enum class Eras : std::uint8_t { legacy, modern, both };

struct Row {
  Method method;
  std::string_view name;
  Eras eras;
  Target target;
};

// Rule: the method tables of every revision's schema; 2026-07-28 changelog for what it removed.
constexpr std::array kTable = {
    Row{Method::initialize, "initialize", Eras::legacy, Target::none},
    Row{Method::ping, "ping", Eras::legacy, Target::none},
    Row{Method::discover, "server/discover", Eras::modern, Target::none},
    Row{Method::tools_list, "tools/list", Eras::both, Target::none},
    Row{Method::tools_call, "tools/call", Eras::both, Target::name},
    Row{Method::resources_list, "resources/list", Eras::both, Target::none},
    Row{Method::resources_templates_list, "resources/templates/list", Eras::both, Target::none},
    Row{Method::resources_read, "resources/read", Eras::both, Target::uri},
    Row{Method::resources_subscribe, "resources/subscribe", Eras::legacy, Target::uri},
    Row{Method::resources_unsubscribe, "resources/unsubscribe", Eras::legacy, Target::uri},
    Row{Method::prompts_list, "prompts/list", Eras::both, Target::none},
    Row{Method::prompts_get, "prompts/get", Eras::both, Target::name},
    Row{Method::completion_complete, "completion/complete", Eras::both, Target::reference},
    Row{Method::logging_set_level, "logging/setLevel", Eras::legacy, Target::none},
    Row{Method::subscriptions_listen, "subscriptions/listen", Eras::modern, Target::none},
    Row{Method::tasks_get, "tasks/get", Eras::both, Target::task},
    Row{Method::tasks_result, "tasks/result", Eras::legacy, Target::task},
    Row{Method::tasks_list, "tasks/list", Eras::legacy, Target::none},
    Row{Method::tasks_cancel, "tasks/cancel", Eras::both, Target::task},
    Row{Method::tasks_update, "tasks/update", Eras::modern, Target::task},
};

const Row* find(Method method) {
  const auto row = std::ranges::find(kTable, method, &Row::method);
  return row == kTable.end() ? nullptr : &*row;
}

constexpr std::array<std::string_view, 8> kLevels = {"debug", "info",     "notice", "warning",
                                                     "error", "critical", "alert",  "emergency"};

}  // namespace

Method parse_method(std::string_view name) {
  if (name == "tools/call") return Method::tools_call;  // nearly all traffic
  const auto row = std::ranges::find(kTable, name, &Row::name);
  return row == kTable.end() ? Method::other : row->method;
}

std::string_view to_string(Method method) {
  const Row* row = find(method);
  return row ? row->name : "other";
}

bool exists_in(Method method, Revision revision) {
  const Row* row = find(method);
  if (!row) return false;
  if (row->eras == Eras::both) return true;
  return (row->eras == Eras::modern) == is_modern(revision);
}

Target target_of(Method method) {
  const Row* row = find(method);
  return row ? row->target : Target::none;
}

std::optional<ListKind> list_of(Method method) {
  switch (method) {
    case Method::tools_list: return ListKind::tools;
    case Method::resources_list: return ListKind::resources;
    case Method::resources_templates_list: return ListKind::templates;
    case Method::prompts_list: return ListKind::prompts;
    default: return std::nullopt;
  }
}

Method list_method(ListKind kind) {
  switch (kind) {
    case ListKind::tools: return Method::tools_list;
    case ListKind::resources: return Method::resources_list;
    case ListKind::templates: return Method::resources_templates_list;
    case ListKind::prompts: return Method::prompts_list;
  }
  return Method::other;
}

std::string_view items_member(ListKind kind) {
  switch (kind) {
    case ListKind::tools: return "tools";
    case ListKind::resources: return "resources";
    case ListKind::templates: return "resourceTemplates";
    case ListKind::prompts: return "prompts";
  }
  return {};
}

bool is_cacheable(Method method) {
  return list_of(method) || method == Method::discover || method == Method::resources_read;
}

bool may_require_input(Method method) {
  return method == Method::tools_call || method == Method::prompts_get || method == Method::resources_read;
}

bool is_read(Method method) {
  return list_of(method) || method == Method::discover || method == Method::resources_read ||
         method == Method::prompts_get || method == Method::completion_complete;
}

std::string_view changed_notification(ListKind kind) {
  switch (kind) {
    case ListKind::tools: return notification::kToolsChanged;
    case ListKind::prompts: return notification::kPromptsChanged;
    case ListKind::resources:
    case ListKind::templates: return notification::kResourcesChanged;
  }
  return {};
}

std::optional<LogLevel> parse_log_level(std::string_view text) {
  const auto found = std::ranges::find(kLevels, text);
  if (found == kLevels.end()) return std::nullopt;
  return static_cast<LogLevel>(found - kLevels.begin());
}

std::string_view to_string(LogLevel level) { return kLevels[static_cast<std::size_t>(level)]; }

}  // namespace gatehouse::mcp
