#include "gateway/bridge/task_plan.hpp"

namespace gatehouse::bridge {

using mcp::TaskSupport;

bool TaskServer::is_capable() const {
  return mcp::has_tasks_extension(revision) ? capabilities.tasks_extension
                                            : mcp::has_core_tasks(revision) && capabilities.tasks_calls;
}

TaskRequest how_to_call(const TaskServer& server) {
  if (!server.is_capable()) return TaskRequest::plain;
  if (mcp::has_tasks_extension(server.revision)) return TaskRequest::declare;
  const bool wanted =
      server.tool == TaskSupport::required || (server.tool == TaskSupport::optional && server.prefer_tasks);
  return wanted ? TaskRequest::augment : TaskRequest::plain;
}

TaskSupport shown_support(const TaskServer& server, bool for_all) {
  const TaskSupport least = for_all ? TaskSupport::optional : TaskSupport::forbidden;
  if (!server.is_capable()) return least;
  if (mcp::has_tasks_extension(server.revision)) return TaskSupport::optional;
  return server.tool == TaskSupport::forbidden ? least : server.tool;
}

}  // namespace gatehouse::bridge
