#include "gateway/tasks/facades.hpp"

#include <algorithm>

#include <fmt/format.h>

#include <gatehouse/base/log.hpp>
#include <gatehouse/base/wall_clock.hpp>
#include <gatehouse/json/value.hpp>
#include <gatehouse/mcp/caller.hpp>
#include <gatehouse/transport/session.hpp>

#include "gateway/bridge/task_answer.hpp"
#include "gateway/bridge/task_id.hpp"

namespace gatehouse::tasks {
namespace {

constexpr Milliseconds kSweepInterval{10'000};

/// The request that is made further in: the same without `task`, which only this hop knows.
std::string without_task(const mcp::Message& request) {
  json::Splice params(request.params.object.text);
  json::rewrite_members(params, request.params.object, [](const json::Member& member) { return member.key == "task"; },
                        {});
  return params.str();
}

}  // namespace

mcp::Reply Facades::start(const mcp::Call& call, const bridge::Asked& asked, Work work) {
  const json::Member* wish = call.request.params.object.find("task");
  const auto task = wish ? json::parse(wish->value) : Result<json::Value>(json::Value());
  if (!task || !task->is_object())
    return fail(Kind::invalid_params, Origin::client, "params.task has to be an object.");
  std::vector<std::string> gone;
  auto room = table_.make_room(call.client.principal(), options_, gone);
  for (const std::string& id : gone) by_id_.erase(id);
  if (!room) return fail(std::move(room.error()));
  auto request = OwnMessage::of(mcp::Method::tools_call, without_task(call.request));
  if (!request) return fail(std::move(request.error()));
  const json::Value* ttl = task->find("ttl");
  const std::int64_t granted =
      bridge::granted_ttl(ttl ? ttl->str() : std::string(), options_.ttl.count(), options_.max_ttl.count());
  auto row = std::make_shared<bridge::TaskRow>(bridge::TaskRow::Terms{.id = "gl1." + transport::random_id(),
                                                                      .caller = mcp::caller_key(*call.client.who),
                                                                      .principal = std::string(call.client.principal()),
                                                                      .created = wall_clock<Milliseconds>(),
                                                                      .ttl_ms = granted,
                                                                      .poll_ms = options_.poll_interval.count()});
  table_.add(row);
  auto facade = std::make_shared<Facade>(row, std::move(*request), call.client, asked);
  if (tell_ && !call.client.session.empty()) {
    facade->on_status = [this, session = std::string(call.client.session)](const bridge::TaskObject& status) {
      tell_(session, bridge::write_task(status, bridge::TaskForm::core).str());
    };
  }
  by_id_.emplace(row->id(), facade);
  auto answer = bridge::write_created(row->object(), bridge::TaskForm::core);  // as it begins: working
  tasks_.spawn(run(std::move(facade), std::move(work)));
  if (!sweep_.armed()) sweep();
  return answer;
}

Task<void> Facades::run(Ref facade, Work work) {
  mcp::Reply reply = fail(Kind::internal, Origin::gateway, "Internal error.");
  try {
    reply = co_await work(*facade);
  } catch (const std::exception& bug) {
    log::error("exception in a task", {{"what", bug.what()}});
  }
  facade->ended(reply, free_bytes());
}

std::size_t Facades::free_bytes() const {
  std::size_t used = 0;
  for (const auto& [id, facade] : by_id_) used += facade->kept_bytes();
  return options_.max_result_bytes - std::min(used, options_.max_result_bytes);
}

Facades::Ref Facades::find(const mcp::Call& call) const {
  if (!table_.find(mcp::caller_key(*call.client.who), call.request.params.task_id, wall_clock<Milliseconds>()))
    return nullptr;
  const auto found = by_id_.find(std::string(call.request.params.task_id));
  return found == by_id_.end() ? nullptr : found->second;
}

Task<mcp::Reply> Facades::answer(const mcp::Call& call) {
  const mcp::Method method = call.request.method;
  if (method == mcp::Method::tasks_list) co_return list(call);
  if (!call.request.params.task_id.data())
    co_return fail(Kind::invalid_params, Origin::client, "params: member \"taskId\" is missing.");
  const Ref facade = find(call);
  if (!facade) co_return fail(bridge::no_such_task());
  if (method == mcp::Method::tasks_cancel) co_return cancel(*facade);
  if (method == mcp::Method::tasks_result) co_return co_await facade->result(means_, call);
  const auto object = bridge::write_task(facade->row->object(), bridge::TaskForm::core);
  co_return mcp::Answer::of(object.str());
}

mcp::Reply Facades::cancel(Facade& facade) {
  if (!facade.cancel_it()) {
    return fail(
        Kind::invalid_params, Origin::client,
        fmt::format("Cannot cancel task: already in terminal status '{}'", mcp::to_string(facade.row->status())));
  }
  return mcp::Answer::of(bridge::write_task(facade.row->object(), bridge::TaskForm::core).str());
}

mcp::Reply Facades::list(const mcp::Call& call) const {
  if (call.client.principal() == mcp::kAnonymous)
    return fail(Kind::method_not_found, Origin::client, "Tasks are listed for clients that say who they are.");
  const mcp::Params& params = call.request.params;
  const auto cursor = params.cursor_raw.empty() ? std::nullopt : std::optional(params.cursor);
  auto page = table_.list(mcp::caller_key(*call.client.who), cursor, wall_clock<Milliseconds>());
  if (!page) return fail(std::move(page.error()));
  auto rows = json::Value::array();
  for (const auto& row : page->rows) rows.push(bridge::write_task(row->object(), bridge::TaskForm::core));
  auto result = json::Value::object({{"tasks", std::move(rows)}});
  if (!page->next.empty()) result.set("nextCursor", page->next);
  return mcp::Answer::of(result.str());
}

void Facades::sweep() {
  for (const auto& row : table_.expire(wall_clock<Milliseconds>())) {
    const auto found = by_id_.find(row->id());
    const Ref facade = found->second;
    by_id_.erase(found);
    (void)facade->cancel_it();
  }
  if (table_.size() > 0) sweep_.arm(kSweepInterval, [this] { sweep(); });
}

void Facades::cancel_all() {
  sweep_.disarm();
  for (const auto& [id, facade] : by_id_) facade->cancel.request(CancelReason::shutting_down);
}

Task<void> Facades::stop() {
  cancel_all();
  co_await tasks_.join();
}

}  // namespace gatehouse::tasks
