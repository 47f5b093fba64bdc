#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

#include <gatehouse/mcp/revision.hpp>

namespace gatehouse::mcp {

/// Methods that clients send. `other` is any name not in the table.
enum class Method : std::uint8_t {
  other,
  initialize,
  ping,
  discover,
  tools_list,
  tools_call,
  resources_list,
  resources_templates_list,
  resources_read,
  resources_subscribe,
  resources_unsubscribe,
  prompts_list,
  prompts_get,
  completion_complete,
  logging_set_level,
  subscriptions_listen,
  tasks_get,
  tasks_result,
  tasks_list,
  tasks_cancel,
  tasks_update,
};

/// What names the server that a request is for.
enum class Target : std::uint8_t { none, name, uri, reference, task };

/// The four merged lists.
enum class ListKind : std::uint8_t { tools, resources, templates, prompts };
inline constexpr ListKind kListKinds[] = {ListKind::tools, ListKind::resources, ListKind::templates, ListKind::prompts};

[[nodiscard]] Method parse_method(std::string_view name);
[[nodiscard]] std::string_view to_string(Method method);  ///< "tools/call"; "other" for the unknown.
[[nodiscard]] bool exists_in(Method method, Revision revision);
[[nodiscard]] Target target_of(Method method);
[[nodiscard]] std::optional<ListKind> list_of(Method method);
[[nodiscard]] Method list_method(ListKind kind);
[[nodiscard]] std::string_view items_member(ListKind kind);  ///< "tools", "resources", "resourceTemplates", "prompts"
/// Results carry `ttlMs` and `cacheScope` (2026-07-28 server/utilities/caching).
[[nodiscard]] bool is_cacheable(Method method);
/// May answer `input_required` (2026-07-28 basic/patterns/mrtr).
[[nodiscard]] bool may_require_input(Method method);
/// Safe to send again when the first answer was lost.
[[nodiscard]] bool is_read(Method method);

namespace notification {
inline constexpr std::string_view kInitialized = "notifications/initialized";
inline constexpr std::string_view kCancelled = "notifications/cancelled";
inline constexpr std::string_view kProgress = "notifications/progress";
inline constexpr std::string_view kMessage = "notifications/message";
inline constexpr std::string_view kToolsChanged = "notifications/tools/list_changed";
inline constexpr std::string_view kResourcesChanged = "notifications/resources/list_changed";
inline constexpr std::string_view kResourceUpdated = "notifications/resources/updated";
inline constexpr std::string_view kPromptsChanged = "notifications/prompts/list_changed";
inline constexpr std::string_view kRootsChanged = "notifications/roots/list_changed";
inline constexpr std::string_view kTaskStatus = "notifications/tasks/status";
inline constexpr std::string_view kElicitationComplete = "notifications/elicitation/complete";
inline constexpr std::string_view kAcknowledged = "notifications/subscriptions/acknowledged";
}  // namespace notification

/// Which list notification a change of this list causes (templates share the resources' one).
[[nodiscard]] std::string_view changed_notification(ListKind kind);

namespace meta_key {
inline constexpr std::string_view kProtocolVersion = "io.modelcontextprotocol/protocolVersion";
inline constexpr std::string_view kClientCapabilities = "io.modelcontextprotocol/clientCapabilities";
inline constexpr std::string_view kClientInfo = "io.modelcontextprotocol/clientInfo";
inline constexpr std::string_view kLogLevel = "io.modelcontextprotocol/logLevel";
inline constexpr std::string_view kServerInfo = "io.modelcontextprotocol/serverInfo";
inline constexpr std::string_view kSubscriptionId = "io.modelcontextprotocol/subscriptionId";
inline constexpr std::string_view kRelatedTask = "io.modelcontextprotocol/related-task";
inline constexpr std::string_view kImmediateResponse = "io.modelcontextprotocol/model-immediate-response";
inline constexpr std::string_view kProgressToken = "progressToken";
}  // namespace meta_key

/// Log levels in ascending order (server/utilities/logging).
enum class LogLevel : std::uint8_t { debug, info, notice, warning, error, critical, alert, emergency };
[[nodiscard]] std::optional<LogLevel> parse_log_level(std::string_view text);
[[nodiscard]] std::string_view to_string(LogLevel level);

}  // namespace gatehouse::mcp
