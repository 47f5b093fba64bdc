#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <gatehouse/base/function_ref.hpp>
#include <gatehouse/mcp/call.hpp>

#include "gateway/bridge/task_object.hpp"

/// Answers about tasks, between the core feature of 2025-11-25 and the extension. Pure.
namespace gatehouse::bridge {

/// The answer as if a server had sent it just now: answers made here have no view.
[[nodiscard]] mcp::Reply read_again(const mcp::Answer& answer);

/// The task that a `tools/call` became; none: the server just answered. Errors: bad_reply.
[[nodiscard]] Result<std::optional<TaskObject>> read_created(const mcp::Answer& answer, TaskForm form);
/// A `CreateTaskResult`: flat with `resultType: "task"`, or `{"task":{…}}`.
[[nodiscard]] std::unique_ptr<mcp::Answer> write_created(const TaskObject& task, TaskForm form);

/// A task with what belongs to its status, as `tasks/get` of the extension tells it.
struct DetailedTask {
  TaskObject task;
  std::string result;          ///< completed: raw object.
  std::string error;           ///< failed: raw error object.
  std::string input_requests;  ///< input_required: raw object.
};
/// Errors: bad_reply, also when what belongs to the status is missing.
[[nodiscard]] Result<DetailedTask> read_detailed(const mcp::Answer& answer);
[[nodiscard]] std::string write_detailed(const DetailedTask& task);

/// How a legacy server's finished task ended, from its answer to `tasks/result`. What it calls failed may be completed here: the
/// extension knows failures of the protocol only (GB-232). `reply`: the answer, or an error.
[[nodiscard]] DetailedTask with_outcome(TaskObject task, const mcp::Answer& outcome);

/// The other way: an answer to the original request. Result or error objects, raw. Errors: bad_reply.
[[nodiscard]] mcp::Reply outcome_of(const DetailedTask& task);

/// `"io.modelcontextprotocol/related-task":{"taskId":…}`
[[nodiscard]] std::string related_member(std::string_view task_id);

/// The server refused a call because its client did not declare the extension (LF-1502).
[[nodiscard]] bool insists_on_tasks(const mcp::Reply& reply);
/// What a stateless client is told that uses tasks without declaring them (LF-1512).
[[nodiscard]] Error tasks_not_declared();

/// A result object with the URIs in it as clients know them.
[[nodiscard]] std::string expose_result(std::string_view result,
                                        FunctionRef<std::string(std::string_view local)> expose_uri);

}  // namespace gatehouse::bridge
