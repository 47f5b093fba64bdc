#include "gateway/stages/task_hop.hpp"

#include <gatehouse/base/wall_clock.hpp>
#include <gatehouse/json/value.hpp>
#include <gatehouse/mcp/caller.hpp>
#include <gatehouse/mcp/error_codes.hpp>

#include "gateway/bridge/lift.hpp"
#include "gateway/bridge/task_questions.hpp"
#include "gateway/stages/server_call.hpp"
#include "gateway/tasks/facade.hpp"

namespace gatehouse::stages {
namespace {

using bridge::TaskForm;
using mcp::TaskStatus;

bool is_task(const json::Member& member) { return member.key == "task"; }

/// The request with this `task` member, or without one.
std::string with_task(const mcp::Message& request, std::string_view added) {
  json::Splice params(request.params.object.text);
  json::rewrite_members(
      params, request.params.object, [](const json::Member& member) { return is_task(member); }, added);
  return params.str();
}

mcp::Reply acknowledged(mcp::Reply reply) {
  if (!reply || (*reply)->is_error) return reply;
  return mcp::Answer::of("{}");
}

bool is_refused(const mcp::Reply& reply) {
  return reply && (*reply)->is_error && (*reply)->error_code == mcp::code::kInvalidParams;
}

bridge::Asked asked_by(const Call& call, const upstream::Upstream& server) {
  bridge::Asked asked;
  asked.client = call.in.client.revision;
  asked.server_name = server.name();
  asked.label = call.routes.view->options().prefixed;
  asked.may_share_context = server.options().sampling_context;
  return asked;
}

}  // namespace

bridge::TaskServer task_server(const Call& call, bool prefer) {
  bridge::TaskServer server;
  const auto revision = call.server->revision();
  const auto& lists = call.server->lists();
  if (!revision || !lists) return server;
  server.revision = *revision;
  server.capabilities = lists->capabilities;
  if (const auto tool = lists->task_tools.find(call.target.local); tool != lists->task_tools.end())
    server.tool = tool->second;
  server.prefer_tasks = prefer || call.server->options().prefer_tasks;
  return server;
}

mcp::Reply TaskHop::seal_created(const Call& call, mcp::Reply reply, TaskForm form) const {
  if (!reply || (*reply)->is_error) return reply;
  auto task = bridge::read_created(**reply, form);
  if (!task) return fail(std::move(task.error()));
  if (!*task) return reply;
  const bridge::TaskAddress address{
      .server = call.server->name(), .id = (*task)->id, .capabilities = call.in.client.capabilities};
  (*task)->id = bridge::seal_task_id(parts_.keys, mcp::caller_key(*call.in.client.who), address, (*task)->ttl_ms,
                                     wall_clock<Milliseconds>());
  return bridge::write_created(**task, TaskForm::extension);
}

Task<mcp::Reply> TaskHop::call(Call& call, Next next, bool prefer) {
  const auto plan = bridge::how_to_call(task_server(call, prefer));
  const bool has_task = call.in.request.params.object.find("task") != nullptr;
  if (plan == bridge::TaskRequest::declare || (plan == bridge::TaskRequest::plain && !has_task)) {
    auto reply = co_await next(call);
    co_return seal_created(call, std::move(reply), TaskForm::extension);
  }
  std::string added;
  if (plan == bridge::TaskRequest::augment)
    added = R"("task":{"ttl":)" + std::to_string(parts_.options.ttl.count()) + "}";
  auto own = tasks::OwnMessage::of(mcp::Method::tools_call, with_task(call.in.request, added));
  if (!own) co_return fail(std::move(own.error()));
  const mcp::Call in{**own, call.in.client, call.in.events, call.in.cancel, call.in.received_at};
  Call inner{.in = in, .routes = call.routes, .server = call.server, .keep = call.keep};
  inner.target = call.target;
  auto reply = co_await next(inner);
  if (plan == bridge::TaskRequest::plain) co_return reply;
  co_return seal_created(inner, std::move(reply), TaskForm::core);
}

Result<TaskHop::Place> TaskHop::find(const Call& call) const {
  const mcp::Params& params = call.in.request.params;
  if (!params.task_id.data())
    return fail(Kind::invalid_params, Origin::client, "params: member \"taskId\" is missing.");
  auto address = bridge::open_task_id(parts_.keys, mcp::caller_key(*call.in.client.who), params.task_id,
                                      wall_clock<Milliseconds>());
  if (!address) return fail(std::move(address.error()));
  const auto& servers = call.routes.servers;
  for (std::size_t i = 0; i < servers.size(); ++i)
    if (servers[i]->name() == address->server) return Place{servers[i], i, std::move(*address)};
  return fail(bridge::no_such_task());
}

Task<mcp::Reply> TaskHop::about_task(const Call& call) {
  auto place = find(call);
  if (!place) co_return fail(std::move(place.error()));
  switch (call.in.request.method) {
    case mcp::Method::tasks_get: co_return co_await get(call, *place);
    case mcp::Method::tasks_update: co_return co_await update(call, *place);
    case mcp::Method::tasks_cancel: co_return co_await cancel(call, *place);
    default: break;
  }
  co_return fail(Kind::method_not_found, Origin::client, "Tasks of this revision have no such method.");
}

/// One request about the task to its server, as the client that made it.
Task<mcp::Reply> TaskHop::send(const Call& call, const Place& place, mcp::Method method, std::string params) {
  const auto own = tasks::OwnMessage::of(method, params);
  if (!own) co_return fail(Error(own.error()));
  mcp::Client client = call.in.client;
  client.capabilities = place.address.capabilities;
  client.capabilities.tasks = true;
  client.log_level.reset();
  client.parameter_headers = {};
  tasks::NobodyThere nobody;
  const mcp::Call in{**own, client, nobody, call.in.cancel, call.in.received_at};
  Call inner{.in = in, .routes = call.routes, .server = place.server.get(), .keep = call.keep};
  inner.target.source = place.source;
  inner.target.local = place.address.id;
  Relay relay(inner, parts_.means);
  co_return co_await call_server(inner, relay);
}

Task<mcp::Reply> TaskHop::get(const Call& call, const Place& place) {
  const auto revision = place.server->revision();
  Result<bridge::DetailedTask> task;
  if (revision && mcp::has_tasks_extension(*revision)) {
    auto reply = co_await send(call, place, mcp::Method::tasks_get, tasks::task_params(place.address.id));
    if (!reply || (*reply)->is_error) co_return reply;
    task = bridge::read_detailed(**reply);
    if (task) lift_details(call, place, *task);
  } else {
    task = co_await get_from_legacy(call, place);
  }
  if (!task && task.error().kind == Kind::not_found) co_return fail(bridge::no_such_task());
  if (!task) co_return fail(std::move(task.error()));
  task->task.id = call.in.request.params.task_id;
  co_return mcp::Answer::of(bridge::write_detailed(*task));
}

/// What belongs to its status as this client gets it: URIs, codes of errors, who asks.
void TaskHop::lift_details(const Call& call, const Place& place, bridge::DetailedTask& task) {
  const auto expose = [&](std::string_view local) { return call.routes.view->expose_uri(place.source, local); };
  if (task.task.status == TaskStatus::completed && call.routes.view->rewrites_uris())
    task.result = bridge::expose_result(task.result, expose);
  if (task.task.status == TaskStatus::input_required)
    task.input_requests = bridge::prepare_input_requests(task.input_requests, asked_by(call, *place.server), expose);
  if (task.task.status != TaskStatus::failed) return;
  auto failure = bridge::outcome_of(task);
  if (!failure) return;
  const auto lifted = bridge::lift_answer(
      std::move(*failure),
      {.method = mcp::Method::tools_call, .server_name = place.server->name(), .expose_uri = expose});
  if (lifted) task.error = (*lifted)->body.str();
}

/// Errors: not_found stands for the server's own "no such task".
Task<Result<bridge::DetailedTask>> TaskHop::get_from_legacy(const Call& call, const Place& place) {
  auto reply = co_await send(call, place, mcp::Method::tasks_get, tasks::task_params(place.address.id));
  if (!reply) co_return fail(std::move(reply.error()));
  if ((*reply)->is_error) co_return fail(bridge::no_such_task());
  const auto object = json::parse((*reply)->body.str());
  if (!object) co_return fail(Kind::bad_reply, Origin::upstream, "The server's task is malformed.");
  bridge::DetailedTask detailed;
  auto task = bridge::read_task(*object, TaskForm::core);
  if (!task) co_return fail(std::move(task.error()));
  detailed.task = std::move(*task);
  const TaskStatus status = detailed.task.status;
  if (status == TaskStatus::completed || status == TaskStatus::failed) {
    auto outcome = co_await send(call, place, mcp::Method::tasks_result, tasks::task_params(place.address.id));
    if (!outcome) co_return fail(std::move(outcome.error()));
    co_return bridge::with_outcome(std::move(detailed.task), **outcome);
  }
  if (mcp::is_terminal(status)) {
    parts_.pumps.end(place.key());
    co_return detailed;
  }
  if (status == TaskStatus::input_required) detailed.input_requests = questions(call, place);
  if (const auto pump = parts_.pumps.find(place.key()); pump && detailed.input_requests.empty())
    detailed.input_requests = pump->input_requests();
  detailed.task.status = detailed.input_requests.empty() ? TaskStatus::working : TaskStatus::input_required;
  co_return detailed;
}

/// Everything that a pump needs while the request that started it is long over.
struct TaskHop::PumpRoute {
  PumpRoute(const Call& call, Place where, tasks::OwnMessage what)
      : routes(*call.keep), place(std::move(where)), request(std::move(what)), client(call.in.client, true) {}
  std::shared_ptr<const Routes> routes;
  Place place;
  tasks::OwnMessage request;
  tasks::OwnClient client;
};

/// What the server wants to know: it says so on a `tasks/result` that is kept open for it.
std::string TaskHop::questions(const Call& call, const Place& place) {
  auto request = tasks::OwnMessage::of(mcp::Method::tasks_result, tasks::task_params(place.address.id));
  if (!request) return {};
  auto route = std::make_shared<PumpRoute>(call, place, std::move(*request));
  auto run = [this, route](tasks::Pump& pump) { return this->pump(route, pump); };
  const auto pump = parts_.pumps.ensure(place.key(), std::move(run));
  return pump ? pump->input_requests() : std::string();
}

Task<void> TaskHop::pump(std::shared_ptr<PumpRoute> route, tasks::Pump& pump) {
  mcp::Client client = *route->client;
  client.capabilities = route->place.address.capabilities;
  const mcp::Call in{*route->request, client, pump, pump.cancel, Clock::now()};
  Call call{.in = in, .routes = *route->routes, .server = route->place.server.get(), .keep = &route->routes};
  call.target.source = route->place.source;
  call.target.local = route->place.address.id;
  Relay relay(call, parts_.means);
  bool again = true;
  while (again && !pump.cancel.requested()) {  // it may take longer than any call may
    auto reply = co_await call_server(call, relay);
    again = !reply && reply.error().kind == Kind::timed_out;
  }
}

/// Nothing has to be done at the server, but an unknown task is still an error (LF-1512).
Task<mcp::Reply> TaskHop::acknowledge_if_known(const Call& call, const Place& place) {
  auto reply = co_await send(call, place, mcp::Method::tasks_get, tasks::task_params(place.address.id));
  co_return acknowledged(std::move(reply));
}

Task<mcp::Reply> TaskHop::update(const Call& call, const Place& place) {
  const auto responses = bridge::read_input_responses(call.in.request);
  if (!responses) co_return fail(Error(responses.error()));
  const auto* given = call.in.request.params.object.find("inputResponses");
  if (!given) co_return fail(Kind::invalid_params, Origin::client, "params: member \"inputResponses\" is missing.");
  const auto revision = place.server->revision();
  if (revision && mcp::has_tasks_extension(*revision)) {
    std::string params = tasks::task_params(place.address.id);
    params.insert(params.size() - 1, ",\"inputResponses\":" + std::string(given->value));
    auto reply = co_await send(call, place, mcp::Method::tasks_update, std::move(params));
    co_return acknowledged(std::move(reply));
  }
  if (const auto pump = parts_.pumps.find(place.key())) {
    pump->answer(*responses);
    co_return mcp::Answer::of("{}");
  }
  co_return co_await acknowledge_if_known(call, place);
}

Task<mcp::Reply> TaskHop::cancel(const Call& call, const Place& place) {
  const auto revision = place.server->revision();
  const auto& lists = place.server->lists();
  const bool modern = revision && mcp::has_tasks_extension(*revision);
  parts_.pumps.end(place.key());
  if (!modern && !(lists && lists->capabilities.tasks_cancel)) co_return co_await acknowledge_if_known(call, place);
  auto reply = co_await send(call, place, mcp::Method::tasks_cancel, tasks::task_params(place.address.id));
  // Servers of 2025-11-25 refuse to cancel what is over; in the extension that is no mistake (LF-1413, LF-1511).
  if (!modern && is_refused(reply)) co_return co_await acknowledge_if_known(call, place);
  co_return acknowledged(std::move(reply));
}

}  // namespace gatehouse::stages
