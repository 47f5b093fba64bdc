#pragma once
#include <memory>

#include "gateway/bridge/input_required.hpp"
#include "gateway/stages/call.hpp"
#include "gateway/stages/task_hop.hpp"
#include "gateway/tasks/driver.hpp"
#include "gateway/tasks/facades.hpp"

namespace gatehouse::stages {

/// Tasks between all clients and all servers. Further in there is one form, the extension of 2026-07-28 (task_hop.hpp):
///
///     client                    │ gets
///     ──────────────────────────┼──────────────────────────────────────────────────────────────────
///     stateless, with extension │ the task as it is, under a sealed id
///     2025-11-25, asks for one  │ a task of its own form, kept here and worked on (tasks/facades.hpp)
///     any other                 │ the outcome: the call waits until the task is over (tasks/driver.hpp)
///
/// Calls of servers that know no tasks pass untouched. Rule: gateway rules 6.11.
class Tasks {
 public:
  struct Parts {
    TaskHop::Parts hop;
    tasks::Facades& facades;
    const std::shared_ptr<const Routes>& routes;  ///< What the endpoint shows now.
  };
  explicit Tasks(Parts parts) : parts_(parts), hop_(parts.hop) {}

  static constexpr std::string_view kName = "tasks";
  Task<mcp::Reply> handle(Call& call, Next next);

 private:
  struct Inner;
  struct Kept;
  Task<mcp::Reply> task_request(const Call& call);
  Task<mcp::Reply> tool_call(Call& call, Next next);
  Task<mcp::Reply> begin_task(Call& call, Next next);
  Task<mcp::Reply> work(std::shared_ptr<Kept> kept, tasks::Facade& facade);
  Task<mcp::Reply> absorb(Call& call, Next next);
  Task<mcp::Reply> await_outcome(Call& call, Next next, std::string task_id);
  Task<mcp::Reply> submit(const Inner& inner, const mcp::Message& request, Cancel& cancel);
  Task<bridge::InputResponse> ask(const Call& call, const bridge::KeyedQuestion& question, Cancel& cancel);
  [[nodiscard]] mcp::Reply seal_questions(const Call& call, const mcp::Answer& answer, std::string task_id) const;
  [[nodiscard]] std::string continued_task(const Call& call) const;

  Parts parts_;
  TaskHop hop_;
};

}  // namespace gatehouse::stages
