#include <gatehouse/mcp/tasks.hpp>

#include <algorithm>
#include <array>

namespace gatehouse::mcp {
namespace {

constexpr std::array<std::string_view, 3> kSupport = {"forbidden", "optional", "required"};
constexpr std::array<std::string_view, 5> kStatuses = {"working", "input_required", "completed", "failed", "cancelled"};

}  // namespace

std::string_view to_string(TaskSupport support) { return kSupport[static_cast<std::size_t>(support)]; }

TaskSupport parse_task_support(std::string_view text) {
  const auto found = std::ranges::find(kSupport, text);
  return found == kSupport.end() ? TaskSupport::forbidden : static_cast<TaskSupport>(found - kSupport.begin());
}

std::string_view to_string(TaskStatus status) { return kStatuses[static_cast<std::size_t>(status)]; }

std::optional<TaskStatus> parse_task_status(std::string_view text) {
  const auto found = std::ranges::find(kStatuses, text);
  if (found == kStatuses.end()) return std::nullopt;
  return static_cast<TaskStatus>(found - kStatuses.begin());
}

}  // namespace gatehouse::mcp
