#pragma once
#include <memory>

#include "gateway/stages/call.hpp"
#include "gateway/stages/task_hop.hpp"

namespace gatehouse::stages {

/// Adds tasks to `subscriptions/listen`: the filter's `taskIds` are looked at, acknowledged if they lead to tasks of this client, and
/// asked for again and again while the stream is open; every change is told (`notifications/tasks`). Other requests pass.
/// Errors: missing_capability without the extension, invalid_params, limit_exceeded. Rule: gateway rule GB-191.
class WatchTasks {
 public:
  static constexpr std::size_t kMaxTasks = 100;  ///< Of one stream.

  /// `routes`: what the endpoint shows now.
  WatchTasks(TaskHop::Parts hop, const std::shared_ptr<const Routes>& routes)
      : parts_(hop), routes_(routes), hop_(hop) {}

  static constexpr std::string_view kName = "watch_tasks";
  Task<mcp::Reply> handle(Call& call, Next next);

 private:
  class Stream;
  Task<mcp::Reply> listen(Call& call, Next next);
  /// What `tasks/get` says now; empty: there is no such task.
  Task<std::string> look(const mcp::Client& client, std::string id, Cancel& cancel);

  TaskHop::Parts parts_;
  const std::shared_ptr<const Routes>& routes_;
  TaskHop hop_;
};

}  // namespace gatehouse::stages
