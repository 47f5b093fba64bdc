#pragma once
#include <string>
#include <string_view>

#include <gatehouse/mcp/capabilities.hpp>

#include "gateway/bridge/task_object.hpp"
#include "gateway/seal/seal.hpp"

/// Ids of tasks that live at a server, as stateless clients carry them. Nothing is remembered for them here.
/// Rule: gateway rule 4.4 (`gt1`).
namespace gatehouse::bridge {

/// Where a task lives, and as whom it was made: a server with sessions finds it only on a connection where the same was declared.
struct TaskAddress {
  std::string server;  ///< Its configured name.
  std::string id;      ///< The server's own.
  mcp::ClientCapabilities capabilities;

  bool operator==(const TaskAddress&) const = default;
};

/// `caller`: mcp::caller_key. Opens until an hour after the task's own end, so that a client hears from the server that it is gone.
[[nodiscard]] std::string seal_task_id(const seal::KeyRing& keys, std::string_view caller, const TaskAddress& address,
                                       std::optional<std::int64_t> ttl_ms, WallTime now);

/// Errors: invalid_params for ids that are forged, of somebody else, of another deployment or over: all sound the same.
[[nodiscard]] Result<TaskAddress> open_task_id(const seal::KeyRing& keys, std::string_view caller,
                                               std::string_view token, WallTime now);

/// "Task not found", for every id that leads nowhere.
[[nodiscard]] Error no_such_task();

}  // namespace gatehouse::bridge
