#include "gateway/upstream/task_tools.hpp"

#include <gatehouse/json/value.hpp>

#include "gateway/bridge/task_plan.hpp"

namespace gatehouse::upstream {
namespace {

using mcp::TaskSupport;

/// What the definition says now. Most say nothing and are not parsed.
TaskSupport support_of(std::string_view definition) {
  if (definition.find("taskSupport") == std::string_view::npos) return TaskSupport::forbidden;
  const auto tool = json::parse(definition, json::kMaxValueDepth);
  const json::Value* execution = tool ? tool->find("execution") : nullptr;
  return execution ? mcp::parse_task_support(execution->text("taskSupport")) : TaskSupport::forbidden;
}

void show(catalog::Item& item, TaskSupport support) {
  auto tool = json::parse(item.form.text, json::kMaxValueDepth);
  if (!tool || !tool->is_object()) return;
  json::Value* execution = tool->find("execution");
  if (!execution || !execution->is_object()) {
    tool->set("execution", json::Value::object());
    execution = tool->find("execution");
  }
  execution->set("taskSupport", mcp::to_string(support));
  if (auto form = catalog::read_form(mcp::ListKind::tools, tool->str())) item.form = std::move(*form);
}

}  // namespace

void settle_task_tools(catalog::ServerLists& lists, mcp::Revision server, bool for_all) {
  bridge::TaskServer known{.revision = server, .capabilities = lists.capabilities};
  for (catalog::Item& item : lists.of(mcp::ListKind::tools)) {
    known.tool = support_of(item.form.text);
    if (known.tool != TaskSupport::forbidden) lists.task_tools.emplace(item.key, known.tool);
    if (const TaskSupport shown = bridge::shown_support(known, for_all); shown != known.tool) show(item, shown);
  }
}

}  // namespace gatehouse::upstream
