#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include <gatehouse/json/value.hpp>
#include <gatehouse/mcp/tasks.hpp>

/// A task as it is told, in its two forms. Pure.
namespace gatehouse::bridge {

/// Wall-clock time: tasks show it to people and outlive connections.
using WallTime = std::chrono::sys_time<std::chrono::milliseconds>;
[[nodiscard]] std::string iso_time(WallTime time);  ///< "2026-08-01T10:00:00.000Z"

enum class TaskForm {
  core,       ///< 2025-11-25: `ttl`, `pollInterval`.
  extension,  ///< io.modelcontextprotocol/tasks: `ttlMs`, `pollIntervalMs`.
};

struct TaskObject {
  std::string id;
  mcp::TaskStatus status = mcp::TaskStatus::working;
  std::string message;  ///< `statusMessage`; empty: none.
  std::string created_at, updated_at;
  std::optional<std::int64_t> ttl_ms;   ///< None: unlimited.
  std::optional<std::int64_t> poll_ms;  ///< None: no suggestion.

  bool operator==(const TaskObject&) const = default;
};

/// Errors: bad_reply without an id or a known status. Missing times become the epoch: their absence harms nobody.
[[nodiscard]] Result<TaskObject> read_task(const json::Value& object, TaskForm form);
[[nodiscard]] json::Value write_task(const TaskObject& task, TaskForm form);

}  // namespace gatehouse::bridge
