#include "gateway/stages/watch_tasks.hpp"

#include <algorithm>
#include <vector>

#include <gatehouse/base/task_group.hpp>
#include <gatehouse/json/value.hpp>

#include "gateway/tasks/own_message.hpp"

namespace gatehouse::stages {
namespace {

constexpr std::string_view kTasksNotification = "notifications/tasks";
constexpr Milliseconds kLeastInterval{20}, kMostInterval{60'000};

/// One task and how it was when it was told last.
struct Watched {
  std::string id, told;
};

Result<std::vector<std::string>> read_ids(const json::Value& list) {
  const auto wrong = [] {
    return fail(Kind::invalid_params, Origin::client, "params.notifications.taskIds has to be an array of strings.");
  };
  if (!list.is_array()) return wrong();
  std::vector<std::string> ids;
  for (const json::Value& one : *list.as_array()) {
    if (!one.as_string()) return wrong();
    if (std::ranges::find(ids, *one.as_string()) == ids.end()) ids.push_back(*one.as_string());
  }
  if (ids.size() > WatchTasks::kMaxTasks)
    return fail(Kind::limit_exceeded, Origin::client, "A stream may watch 100 tasks at most.");
  return ids;
}

bool is_over(const json::Value& task) {
  const auto status = mcp::parse_task_status(task.text("status"));
  return !status || mcp::is_terminal(*status);
}

Milliseconds interval_of(const json::Value& task, Milliseconds otherwise) {
  const json::Value* poll = task.find("pollIntervalMs");
  const auto value = poll ? poll->as_int() : std::nullopt;
  return value ? std::clamp(Milliseconds{*value}, kLeastInterval, kMostInterval) : otherwise;
}

}  // namespace

/// The stream that there is without tasks, and what happens to the tasks beside it.
class WatchTasks::Stream final : public mcp::Stream, mcp::Events {
 public:
  Stream(WatchTasks& owner, const mcp::Call& call, std::vector<Watched> tasks)
      : owner_(owner), client_(call.client, true), id_(call.request.rpc.id), tasks_(std::move(tasks)) {}

  std::unique_ptr<mcp::Stream> lists;  ///< The other stream.

  Task<void> run(mcp::Events& events, Cancel& cancel) override {
    events_ = &events;
    Cancel over;
    const Cancel::Hook outer(cancel, [&] { over.request(cancel.reason()); });
    TaskGroup watching;
    for (Watched& task : tasks_) watching.spawn(watch(task, over));
    co_await lists->run(*this, cancel);
    over.request(CancelReason::superseded);
    co_await watching.join();
  }

 private:
  /// The acknowledgement names the tasks, too; they are told of after it.
  void notify(std::string_view method, const json::Splice& params) override {
    if (method != mcp::notification::kAcknowledged || acknowledged_) return events_->notify(method, params);
    auto object = json::parse(params.str());
    json::Value* accepted = object ? object->find("notifications") : nullptr;
    if (!accepted) return events_->notify(method, params);
    auto ids = json::Value::array();
    for (const Watched& task : tasks_) ids.push(task.id);
    if (!tasks_.empty()) accepted->set("taskIds", std::move(ids));
    const std::string text = object->str();
    events_->notify(method, json::Splice(text));
    acknowledged_ = true;
    for (const Watched& task : tasks_) tell(task);
  }
  Task<mcp::Reply> ask(std::string_view method, const json::Splice& params, Cancel& cancel) override {
    return events_->ask(method, params, cancel);
  }

  void tell(const Watched& task) {
    std::string params = R"({"_meta":{")";
    params.append(mcp::meta_key::kSubscriptionId).append("\":").append(id_).append("},");
    params.append(std::string_view(task.told).substr(1));
    events_->notify(kTasksNotification, json::Splice(params));
  }

  Task<void> watch(Watched& task, Cancel& over) {
    auto now = json::parse(task.told);
    while (now && !is_over(*now) && !over.requested()) {
      const auto pause = interval_of(*now, owner_.parts_.options.poll_interval);
      co_await owner_.parts_.means.loop.sleep(pause, &over);
      if (over.requested()) co_return;
      std::string text = co_await owner_.look(*client_, task.id, over);
      if (over.requested()) co_return;
      if (text.empty()) co_return;
      now = json::parse(text);
      if (text == task.told) continue;
      task.told = std::move(text);
      if (acknowledged_) tell(task);
    }
  }

  WatchTasks& owner_;
  tasks::OwnClient client_;
  std::string id_;  // raw token of the request
  std::vector<Watched> tasks_;
  mcp::Events* events_ = nullptr;
  bool acknowledged_ = false;
};

Task<mcp::Reply> WatchTasks::handle(Call& call, Next next) {
  return call.in.request.method == mcp::Method::subscriptions_listen ? listen(call, next) : next(call);
}

Task<std::string> WatchTasks::look(const mcp::Client& client, std::string id, Cancel& cancel) {
  const auto own = tasks::OwnMessage::of(mcp::Method::tasks_get, tasks::task_params(id));
  if (!own) co_return std::string();
  tasks::NobodyThere nobody;
  const std::shared_ptr<const Routes> routes = routes_;
  const mcp::Call in{**own, client, nobody, cancel, Clock::now()};
  const Call call{.in = in, .routes = *routes, .keep = &routes};
  auto reply = co_await hop_.about_task(call);
  if (!reply || (*reply)->is_error) co_return std::string();
  co_return (*reply)->body.str();
}

Task<mcp::Reply> WatchTasks::listen(Call& call, Next next) {
  const json::Member* member = call.in.request.params.object.find("notifications");
  const auto filter = member ? json::parse(member->value) : Result<json::Value>(json::Value());
  const json::Value* list = filter ? filter->find("taskIds") : nullptr;
  if (!list) co_return co_await next(call);
  if (!call.in.client.capabilities.tasks) co_return fail(bridge::tasks_not_declared());
  const auto ids = read_ids(*list);
  if (!ids) co_return fail(Error(ids.error()));
  std::vector<Watched> accepted;
  for (const std::string& id : *ids) {
    std::string text = co_await look(call.in.client, id, call.in.cancel);
    if (text.empty()) continue;
    accepted.emplace_back();
    accepted.back().id = id;
    accepted.back().told = std::move(text);
  }
  auto reply = co_await next(call);
  if (!reply || !(*reply)->stream) co_return reply;
  auto stream = std::make_unique<Stream>(*this, call.in, std::move(accepted));
  stream->lists = std::move((*reply)->stream);
  (*reply)->stream = std::move(stream);
  co_return reply;
}

}  // namespace gatehouse::stages
