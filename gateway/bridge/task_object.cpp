#include "gateway/bridge/task_object.hpp"

#include <cmath>

#include <fmt/chrono.h>

namespace gatehouse::bridge {
namespace {

using json::Value;

constexpr std::string_view kEpoch = "1970-01-01T00:00:00Z";

std::string_view ttl_member(TaskForm form) { return form == TaskForm::core ? "ttl" : "ttlMs"; }
std::string_view poll_member(TaskForm form) { return form == TaskForm::core ? "pollInterval" : "pollIntervalMs"; }

/// Some servers count in fractions of milliseconds.
std::optional<std::int64_t> milliseconds(const Value* number) {
  if (!number) return std::nullopt;
  if (const auto whole = number->as_int()) return *whole < 0 ? std::nullopt : whole;
  const auto real = number->as_double();
  if (!real || !(*real >= 0 && *real < 9e15)) return std::nullopt;
  return static_cast<std::int64_t>(std::ceil(*real));
}

}  // namespace

std::string iso_time(WallTime time) {
  const auto second = std::chrono::floor<std::chrono::seconds>(time);
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(std::chrono::system_clock::to_time_t(second)),
                     (time - second).count());
}

Result<TaskObject> read_task(const Value& object, TaskForm form) {
  const auto status = mcp::parse_task_status(object.text("status"));
  const std::string_view id = object.text("taskId");
  if (!status || id.empty()) return fail(Kind::bad_reply, Origin::upstream, "The server's task is malformed.");
  TaskObject task{.id = std::string(id),
                  .status = *status,
                  .message = std::string(object.text("statusMessage")),
                  .created_at = std::string(object.text("createdAt", kEpoch)),
                  .updated_at = {},
                  .ttl_ms = milliseconds(object.find(ttl_member(form))),
                  .poll_ms = milliseconds(object.find(poll_member(form)))};
  task.updated_at = object.text("lastUpdatedAt", task.created_at);
  return task;
}

Value write_task(const TaskObject& task, TaskForm form) {
  auto object = Value::object({{"taskId", task.id}, {"status", mcp::to_string(task.status)}});
  if (!task.message.empty()) object.set("statusMessage", task.message);
  object.set("createdAt", task.created_at);
  object.set("lastUpdatedAt", task.updated_at);
  object.set(ttl_member(form), task.ttl_ms ? Value(*task.ttl_ms) : Value());
  if (task.poll_ms) object.set(poll_member(form), *task.poll_ms);
  return object;
}

}  // namespace gatehouse::bridge
