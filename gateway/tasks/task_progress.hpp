#pragma once
#include <string>
#include <string_view>

#include <gatehouse/mcp/call.hpp>

#include "gateway/bridge/task_object.hpp"

namespace gatehouse::tasks {

/// The way back to a client that waits for the outcome of a task without knowing it: how the task is goes out as progress, behind
/// whatever progress its server told itself. Rule: GB-206.
class TaskProgress final : public mcp::Events {
 public:
  /// `token`: raw; empty: the client wants no progress. Both outlive this.
  TaskProgress(mcp::Events& events, std::string_view token) : events_(events), token_(token) {}

  void notify(std::string_view method, const json::Splice& params) override;
  Task<mcp::Reply> ask(std::string_view method, const json::Splice& params, Cancel& cancel) override {
    return events_.ask(method, params, cancel);
  }
  /// Tells what differs from the last time; the end is told by the answer.
  void seen(const bridge::TaskObject& task);

 private:
  mcp::Events& events_;
  std::string_view token_;
  double last_ = 0;
  std::string told_;
};

}  // namespace gatehouse::tasks
