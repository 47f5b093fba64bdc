#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

/// Words of tasks that both forms of them share: the core feature of 2025-11-25 and the extension of 2026-07-28.
namespace gatehouse::mcp {

inline constexpr std::string_view kTasksExtension = "io.modelcontextprotocol/tasks";

/// Whether a tool runs as a task. Rule: 2025-11-25 basic/utilities/tasks, "Tool-Level Negotiation"; absent means forbidden.
enum class TaskSupport : std::uint8_t { forbidden, optional, required };
[[nodiscard]] std::string_view to_string(TaskSupport support);
[[nodiscard]] TaskSupport parse_task_support(std::string_view text);

/// Both eras use the same words and the same moves; only what counts as `failed` differs.
enum class TaskStatus : std::uint8_t { working, input_required, completed, failed, cancelled };
[[nodiscard]] std::string_view to_string(TaskStatus status);
[[nodiscard]] std::optional<TaskStatus> parse_task_status(std::string_view text);
[[nodiscard]] constexpr bool is_terminal(TaskStatus status) { return status >= TaskStatus::completed; }

}  // namespace gatehouse::mcp
