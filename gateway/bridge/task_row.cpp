#include "gateway/bridge/task_row.hpp"

#include <algorithm>

namespace gatehouse::bridge {

using mcp::TaskStatus;

void TaskRow::move_to(TaskStatus status, WallTime now) {
  status_ = status;
  updated_ = std::max(updated_, now);
}

void TaskRow::reported(std::string message, std::optional<std::int64_t> poll_ms, WallTime now) {
  if (is_over()) return;
  if (poll_ms) terms_.poll_ms = *poll_ms;
  if (message == message_) return;
  message_ = std::move(message);
  updated_ = std::max(updated_, now);
}

void TaskRow::waits_for(std::size_t questions, WallTime now) {
  const TaskStatus status = questions > 0 ? TaskStatus::input_required : TaskStatus::working;
  if (!is_over() && status != status_) move_to(status, now);
}

bool TaskRow::ended(End end, std::string message, WallTime now) {
  if (is_over()) return false;
  if (!message.empty()) message_ = std::move(message);
  move_to(end == End::result ? TaskStatus::completed : TaskStatus::failed, now);
  return true;
}

bool TaskRow::cancel(WallTime now) {
  if (is_over()) return false;
  message_ = "The task was cancelled by request.";
  move_to(TaskStatus::cancelled, now);
  return true;
}

bool TaskRow::is_expired(WallTime now) const { return now - terms_.created > std::chrono::milliseconds(terms_.ttl_ms); }

TaskObject TaskRow::object() const {
  return {.id = terms_.id,
          .status = status_,
          .message = message_,
          .created_at = iso_time(terms_.created),
          .updated_at = iso_time(updated_),
          .ttl_ms = terms_.ttl_ms,
          .poll_ms = terms_.poll_ms};
}

std::int64_t granted_ttl(std::string_view wanted, std::int64_t usual, std::int64_t most) {
  const auto value = wanted.empty() ? Result<json::Value>(json::Value()) : json::parse(wanted);
  const auto number = value ? value->as_double() : std::nullopt;
  if (!number || !(*number >= 0)) return std::min(usual, most);
  if (*number >= static_cast<double>(most)) return most;
  return static_cast<std::int64_t>(*number);
}

}  // namespace gatehouse::bridge
