#include "gateway/stages/tasks.hpp"

#include <gatehouse/json/value.hpp>

#include "gateway/bridge/task_answer.hpp"

namespace gatehouse::stages {
namespace {

/// Its client may ask for tasks, as far as this endpoint is concerned; else `params.task` means nothing (LF-1405).
bool offers_tasks(const Call& call) { return call.routes.view->capabilities().tasks_calls; }

bool is_capable(const Call& call) {
  const auto& lists = call.server->lists();
  return lists && (lists->capabilities.tasks_extension || lists->capabilities.tasks_calls);
}

bool asks_for_task(const Call& call) {
  return mcp::has_core_tasks(call.in.client.revision) && call.in.request.params.object.find("task");
}

}  // namespace

Task<mcp::Reply> Tasks::handle(Call& call, Next next) {
  const mcp::Method method = call.in.request.method;
  if (method == mcp::Method::tools_call)
    return is_capable(call) || asks_for_task(call) ? tool_call(call, next) : next(call);
  if (mcp::target_of(method) == mcp::Target::task || method == mcp::Method::tasks_list) return task_request(call);
  return next(call);
}

Task<mcp::Reply> Tasks::task_request(const Call& call) {
  const mcp::Client& client = call.in.client;
  if (mcp::has_tasks_extension(client.revision)) {
    if (!client.capabilities.tasks) co_return fail(bridge::tasks_not_declared());
    co_return co_await hop_.about_task(call);
  }
  if (!mcp::has_core_tasks(client.revision)) {
    co_return fail(Kind::method_not_found, Origin::client,
                   "Method not found: " + std::string(call.in.request.rpc.method));
  }
  co_return co_await parts_.facades.answer(call.in);
}

Task<mcp::Reply> Tasks::tool_call(Call& call, Next next) {
  if (asks_for_task(call)) {
    const bool for_all = parts_.hop.options.facade == bridge::Facade::all;
    const bool possible = bridge::shown_support(task_server(call, false), for_all) != mcp::TaskSupport::forbidden;
    if (possible) co_return co_await begin_task(call, next);
    if (offers_tasks(call)) {
      co_return fail(Kind::method_not_found, Origin::client,
                     "The tool " + std::string(call.in.request.params.name.substr(0, 200)) + " does not run as a task.");
    }
    co_return co_await next(call);
  }
  const mcp::Client& client = call.in.client;
  if (mcp::has_tasks_extension(client.revision) && client.capabilities.tasks)
    co_return co_await hop_.call(call, next, false);
  co_return co_await absorb(call, next);
}

}  // namespace gatehouse::stages
