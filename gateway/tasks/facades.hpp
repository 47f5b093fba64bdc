#pragma once
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include <boost/unordered/unordered_flat_map.hpp>

#include <gatehouse/base/task_group.hpp>
#include <gatehouse/mcp/call.hpp>
#include <gatehouse/net/timers.hpp>

#include "gateway/asking/ask_client.hpp"
#include "gateway/bridge/task_options.hpp"
#include "gateway/bridge/task_table.hpp"
#include "gateway/tasks/facade.hpp"

namespace gatehouse::tasks {

/// The tasks that an endpoint keeps for clients of 2025-11-25: whatever server does the work, the client gets the tasks of its
/// revision. They end with the process. Rule: gateway rules GB-241 to GB-246; 2025-11-25 basic/utilities/tasks.
class Facades {
 public:
  /// Tells a session how a task of it is now: params of `notifications/tasks/status`.
  using Tell = std::function<void(std::string_view session, const std::string& params)>;
  /// `options` may change. `tell` may be empty.
  Facades(const asking::Means& means, const bridge::TaskOptions& options, Tell tell)
      : means_(means), options_(options), tell_(std::move(tell)), sweep_(means.loop.timers()) {}

  /// Does the work of one task and returns its outcome; lives as long as the task runs.
  using Work = std::move_only_function<Task<mcp::Reply>(Facade& facade)>;
  /// Answers a `tools/call` that asks for a task and begins the work. Errors: limit_exceeded.
  [[nodiscard]] mcp::Reply start(const mcp::Call& call, const bridge::Asked& asked, Work work);
  /// `tasks/get`, `tasks/result`, `tasks/cancel`, `tasks/list`. Errors: not_found for what does not exist or is somebody else's;
  /// invalid_params; method_not_found for lists of clients that nobody knows (LF-1416).
  Task<mcp::Reply> answer(const mcp::Call& call);

  /// Cancels all work.
  void cancel_all();
  /// Cancels all work and waits for its end.
  Task<void> stop();
  [[nodiscard]] std::size_t running() const { return tasks_.running(); }
  [[nodiscard]] std::size_t size() const { return table_.size(); }

 private:
  using Ref = std::shared_ptr<Facade>;
  Task<void> run(Ref facade, Work work);
  mcp::Reply list(const mcp::Call& call) const;
  static mcp::Reply cancel(Facade& facade);
  [[nodiscard]] Ref find(const mcp::Call& call) const;
  [[nodiscard]] std::size_t free_bytes() const;
  void sweep();

  const asking::Means& means_;
  const bridge::TaskOptions& options_;
  Tell tell_;
  bridge::TaskTable table_;
  boost::unordered_flat_map<std::string, Ref> by_id_;
  net::Timer sweep_;
  TaskGroup tasks_;
};

}  // namespace gatehouse::tasks
