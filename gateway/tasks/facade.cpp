#include "gateway/tasks/facade.hpp"

#include <algorithm>

#include <gatehouse/base/task_group.hpp>
#include <gatehouse/base/wall_clock.hpp>
#include <gatehouse/json/value.hpp>

#include "gateway/bridge/task_answer.hpp"

namespace gatehouse::tasks {
namespace {

using bridge::TaskRow;

constexpr std::size_t kMaxMessage = 200;

/// What is asked for a task says so (LF-1411).
class RelatedEvents final : public mcp::Events {
 public:
  RelatedEvents(mcp::Events& events, const std::string& task_id) : events_(events), task_id_(task_id) {}

  void notify(std::string_view method, const json::Splice& params) override { events_.notify(method, params); }
  Task<mcp::Reply> ask(std::string_view method, const json::Splice& params, Cancel& cancel) override {
    auto object = json::parse(params.str());
    if (!object) co_return fail(std::move(object.error()));
    if (!object->find("_meta")) object->set("_meta", json::Value::object());
    object->find("_meta")->set(mcp::meta_key::kRelatedTask, json::Value::object({{"taskId", task_id_}}));
    const std::string text = object->str();
    const json::Splice related(text);
    co_return co_await events_.ask(method, related, cancel);
  }

 private:
  mcp::Events& events_;
  const std::string& task_id_;
};

std::string failure_message(const mcp::Reply& reply) {
  if (!reply) return reply.error().message.substr(0, kMaxMessage);
  if (!(*reply)->is_error) return {};
  const auto error = json::parse((*reply)->body.str());
  return error ? std::string(error->text("message").substr(0, kMaxMessage)) : std::string();
}

TaskRow::End end_of(const mcp::Reply& reply) {
  if (!reply || (*reply)->is_error) return TaskRow::End::error;
  return (*reply)->is_tool_error ? TaskRow::End::tool_error : TaskRow::End::result;
}

/// The question did not reach its person; somebody else may bring it there.
bool was_not_heard(const mcp::Reply& reply) {
  if (reply) return false;
  const Kind kind = reply.error().kind;
  return kind == Kind::connection_lost || kind == Kind::cancelled || kind == Kind::state_lost;
}

}  // namespace

/// A question that waits for an answer; shared by who asks and who puts it to the client.
struct Facade::Open {
  bridge::KeyedQuestion question;
  bool is_put = false;
  std::optional<bridge::InputResponse> response;
};

void Facade::changed() {
  row->waits_for(open_.size(), wall_clock<Milliseconds>());
  news_.notify_all();
  tell_status();
}

void Facade::tell_status() {
  if (!on_status) return;
  const bridge::TaskObject task = row->object();
  if (task.status == told_ && task.message == told_message_) return;
  told_ = task.status;
  told_message_ = task.message;
  on_status(task);
}

void Facade::reported(const bridge::TaskObject& task) {
  row->reported(task.message, task.poll_ms, wall_clock<Milliseconds>());
  tell_status();
}

Task<bridge::InputResponse> Facade::ask(const bridge::KeyedQuestion& question, Cancel& stop) {
  auto open = std::make_shared<Open>();
  open->question = question;
  open_.push_back(open);
  changed();
  {
    const Cancel::Hook stopped(stop, [this] { news_.notify_all(); });
    while (!open->response && !stop.requested()) co_await news_.wait();
  }
  std::erase(open_, open);
  changed();
  bridge::InputResponse response;
  response.refusal = "the task was cancelled";
  if (open->response) response = std::move(*open->response);
  co_return response;
}

void Facade::ended(const mcp::Reply& reply, std::size_t free_bytes) {
  const std::size_t size = reply ? (*reply)->body.size() : 0;
  if (size > free_bytes) {
    return ended(fail(Kind::limit_exceeded, Origin::gateway, "The result is larger than what may be kept for tasks."),
                 free_bytes);
  }
  if (row->ended(end_of(reply), failure_message(reply), wall_clock<Milliseconds>())) {
    outcome.emplace(reply);
    kept_bytes_ = size;
  }
  news_.notify_all();
  tell_status();
}

bool Facade::cancel_it() {
  if (!row->cancel(wall_clock<Milliseconds>())) return false;
  news_.notify_all();
  tell_status();
  cancel.request(CancelReason::client_asked);
  return true;
}

bridge::Asked Facade::asked_of(const mcp::Client& asking) const {
  bridge::Asked asked = asked_;
  asked.client = asking.revision;
  asked.server_name = server_;
  return asked;
}

Task<void> Facade::put(const asking::Means& means, const mcp::Call& call, std::shared_ptr<Open> open, Cancel& stop) {
  RelatedEvents events(call.events, row->id());
  asking::Route route(call.client, events, asked_of(call.client), mcp::kLatest);
  bridge::Question question = open->question.question;
  auto reply = co_await asking::ask_client(means, route, std::move(question), stop);
  if (stop.requested() || was_not_heard(reply)) {
    open->is_put = false;
    news_.notify_all();  // another stream may take it over
    co_return;
  }
  open->response = bridge::to_input_response(open->question.question, reply);
  news_.notify_all();
}

Task<mcp::Reply> Facade::result(const asking::Means& means, const mcp::Call& call) {
  Cancel stop;
  TaskGroup putting;
  {
    const Cancel::Hook gone(call.cancel, [this] { news_.notify_all(); });
    std::vector<const Open*> tried;  // a stream that failed once is not tried again
    while (!row->is_over() && !call.cancel.requested()) {
      for (const auto& open : std::vector(open_)) {
        if (open->is_put || open->response || std::ranges::find(tried, open.get()) != tried.end()) continue;
        open->is_put = true;
        tried.push_back(open.get());
        putting.spawn(put(means, call, open, stop));
      }
      if (!row->is_over() && !call.cancel.requested()) co_await news_.wait();
    }
  }
  stop.request(CancelReason::superseded);
  co_await putting.join();
  if (!row->is_over()) co_return fail(Kind::cancelled, Origin::client, "The request was cancelled.");
  if (!outcome) co_return fail(Kind::invalid_params, Origin::client, "The task was cancelled; it has no result.");
  row->fetched();
  auto reply = outcome->copy();
  if (reply && !(*reply)->is_error) {
    std::string& meta = (*reply)->extra_meta;
    meta.append(meta.empty() ? "" : ",").append(bridge::related_member(row->id()));
  }
  co_return reply;
}

}  // namespace gatehouse::tasks
