#include "gateway/tasks/task_progress.hpp"

#include <algorithm>
#include <cmath>

#include <gatehouse/json/value.hpp>
#include <gatehouse/mcp/methods.hpp>

namespace gatehouse::tasks {

void TaskProgress::notify(std::string_view method, const json::Splice& params) {
  if (method == mcp::notification::kProgress) {
    const auto told = json::parse(params.str());
    const json::Value* value = told ? told->find("progress") : nullptr;
    if (const auto number = value ? value->as_double() : std::nullopt) last_ = std::max(last_, *number);
  }
  events_.notify(method, params);
}

void TaskProgress::seen(const bridge::TaskObject& task) {
  if (token_.empty() || mcp::is_terminal(task.status)) return;
  std::string now(mcp::to_string(task.status));
  now.append(" ").append(task.message);
  if (now == told_) return;
  told_ = std::move(now);
  const double next = std::floor(last_) + 1;
  if (!(next > last_) || next > 1e15) return;  // a server that counts beyond what can grow
  last_ = next;
  std::string params = R"({"progressToken":)" + std::string(token_) + R"(,"progress":)" +
                       std::to_string(static_cast<std::int64_t>(next));
  if (!task.message.empty()) params.append(R"(,"message":)").append(json::quoted(task.message));
  params += '}';
  events_.notify(mcp::notification::kProgress, json::Splice(params));
}

}  // namespace gatehouse::tasks
