#pragma once
#include <gatehouse/mcp/capabilities.hpp>
#include <gatehouse/mcp/revision.hpp>
#include <gatehouse/mcp/tasks.hpp>

/// Who runs a tool call as a task, and what that is towards the other side. Pure. Rule: gateway rules 6.11, the quadrants.
namespace gatehouse::bridge {

/// What the server of a call knows of tasks.
struct TaskServer {
  mcp::Revision revision = mcp::kLatest;
  mcp::ServerCapabilities capabilities;
  mcp::TaskSupport tool = mcp::TaskSupport::forbidden;
  bool prefer_tasks = false;  ///< The operator wants tasks where the tool leaves the choice.

  /// The extension, or the core feature for tool calls.
  [[nodiscard]] bool is_capable() const;
};

/// How the call is made at its server.
enum class TaskRequest {
  plain,
  declare,  ///< With the extension declared: the server decides.
  augment,  ///< With `params.task`: it becomes a task.
};
[[nodiscard]] TaskRequest how_to_call(const TaskServer& server);

/// What a tool offers to clients of 2025-11-25 (GB-246). `for_all`: bridge::Facade::all.
[[nodiscard]] mcp::TaskSupport shown_support(const TaskServer& server, bool for_all);

}  // namespace gatehouse::bridge
