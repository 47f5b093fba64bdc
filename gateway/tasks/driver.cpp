#include "gateway/tasks/driver.hpp"

#include <algorithm>

#include <gatehouse/base/task_group.hpp>
#include <gatehouse/net/timers.hpp>
#include <gatehouse/transport/session.hpp>

#include "gateway/bridge/interaction.hpp"
#include "gateway/tasks/own_message.hpp"

namespace gatehouse::tasks {
namespace {

using bridge::KeyedQuestion;
using mcp::TaskStatus;

constexpr Milliseconds kFirstDelay{50};
constexpr Milliseconds kLeastDelay{20}, kMostDelay{60'000};
constexpr std::size_t kMaxKnown = 1024;  // questions of one task
constexpr Milliseconds kCreationGrace{1'000};
constexpr int kMaxFailures = 5;  // in a row, of asking for the task

Error ended_by(const Cancel& cancel) {
  if (cancel.reason() == CancelReason::timed_out)
    return {Kind::timed_out, Origin::upstream, "The task took too long and was cancelled."};
  return {Kind::cancelled, Origin::client, "The request was cancelled."};
}

/// Asking again may help: nothing was lost but an answer about the task.
bool is_passing(const Error& error) {
  return error.kind == Kind::unavailable || error.kind == Kind::timed_out || error.kind == Kind::outcome_unknown ||
         error.kind == Kind::connection_lost || error.kind == Kind::limit_exceeded || error.kind == Kind::state_lost;
}

mcp::Reply as_input_required(const std::string& requests) {
  auto answer = mcp::Answer::of(R"({"inputRequests":)" + requests + "}");
  answer->kind = mcp::ResultKind::input_required;
  return answer;
}

}  // namespace

struct Driver::Asked {
  explicit(false) Asked(KeyedQuestion what) : question(std::move(what)) {}
  KeyedQuestion question;
  std::optional<bridge::InputResponse> response;
};

Task<mcp::Reply> Driver::send(mcp::Method method, std::string params, Cancel& cancel) {
  auto own = OwnMessage::of(method, params);
  if (!own) co_return fail(std::move(own.error()));
  co_return co_await parts_.submit(**own, cancel);
}

Task<mcp::Reply> Driver::run(const mcp::Message& request, Cancel& cancel) {
  name_ = request.params.name;
  bridge::Interaction interaction(parts_.questions, transport::random_id());
  // A call that is given up while it becomes a task would leave a task behind that nobody knows.
  Cancel late;
  net::Timer grace(parts_.loop.timers());
  const Cancel::Hook given_up(cancel, [&] {
    if (cancel.reason() == CancelReason::shutting_down) return late.request(cancel.reason());
    grace.arm(kCreationGrace, [&] { late.request(cancel.reason()); });
  });
  auto reply = co_await parts_.submit(request, late);
  while (reply && !(*reply)->is_error && (*reply)->kind == mcp::ResultKind::input_required && parts_.ask) {
    const auto asking = bridge::read_again(**reply);
    if (!asking) co_return fail(Error(asking.error()));
    auto input = bridge::read_input_required(**asking);
    if (!input) co_return fail(std::move(input.error()));
    const auto round = interaction.begin(std::move(*input));
    if (round.step == bridge::Interaction::Step::exhausted || round.step == bridge::Interaction::Step::url_open)
      co_return bridge::input_refused(mcp::Method::tools_call, name_, "its questions", "it asked too often");
    if (round.step == bridge::Interaction::Step::wait) co_await parts_.loop.sleep(round.delay, &cancel);
    std::vector<Asked> asked;
    if (round.step == bridge::Interaction::Step::ask) asked.assign(round.questions.begin(), round.questions.end());
    const bool answered = co_await ask_all(asked, cancel);
    if (cancel.requested()) co_return fail(ended_by(cancel));
    if (!answered) co_return bridge::input_refused(mcp::Method::tools_call, name_, refused_, refusal_);
    for (Asked& one : asked) interaction.answered(one.question, std::move(*one.response->value));
    auto next = OwnMessage::of(interaction.next_request(request));
    if (!next) co_return fail(std::move(next.error()));
    reply = co_await parts_.submit(**next, late);
  }
  if (!reply || (*reply)->is_error || (*reply)->kind != mcp::ResultKind::task) co_return reply;
  auto task = bridge::read_created(**reply, bridge::TaskForm::extension);
  if (!task) co_return fail(std::move(task.error()));
  co_return co_await follow_task(std::move(**task), cancel);
}

Task<mcp::Reply> Driver::follow(std::string task_id, std::string responses, Cancel& cancel) {
  task_id_ = std::move(task_id);
  if (!responses.empty()) {
    std::string params = task_params(task_id_);
    params.insert(params.size() - 1, ",\"inputResponses\":" + responses);
    auto reply = co_await send(mcp::Method::tasks_update, std::move(params), cancel);
    if (!reply || (*reply)->is_error) co_return reply;
  }
  bridge::TaskObject task;
  task.id = task_id_;
  co_return co_await follow_task(std::move(task), cancel);
}

/// What the server suggests; without a suggestion soon at first, then less and less often.
Milliseconds Driver::next_delay() {
  if (poll_ms_) return std::clamp(Milliseconds{*poll_ms_}, kLeastDelay, kMostDelay);
  const Milliseconds most = std::max(parts_.options.poll_interval, kFirstDelay);
  delay_ = std::clamp(delay_ * 2, kFirstDelay, most);
  return delay_;
}

Task<mcp::Reply> Driver::follow_task(bridge::TaskObject task, Cancel& cancel) {
  task_id_ = task.id;
  poll_ms_ = task.poll_ms;
  if (parts_.seen) parts_.seen(task);
  while (true) {
    co_await parts_.loop.sleep(next_delay(), &cancel);
    if (cancel.requested()) co_return co_await give_up(cancel);
    bool over = false;
    auto reply = co_await poll(over, cancel);
    if (over) co_return reply;
  }
}

/// Looks at the task once. `over`: the reply is the call's.
Task<mcp::Reply> Driver::poll(bool& over, Cancel& cancel) {
  auto reply = co_await send(mcp::Method::tasks_get, task_params(task_id_), cancel);
  if (!reply && !cancel.requested() && is_passing(reply.error()) && ++failures_ < kMaxFailures) co_return reply;
  if (!reply && cancel.requested()) co_return reply;
  over = true;
  if (!reply || (*reply)->is_error) co_return reply;
  failures_ = 0;
  auto detailed = bridge::read_detailed(**reply);
  if (!detailed) co_return fail(std::move(detailed.error()));
  poll_ms_ = detailed->task.poll_ms;
  if (parts_.seen) parts_.seen(detailed->task);
  switch (detailed->task.status) {
    case TaskStatus::working: over = false; break;
    case TaskStatus::input_required: {
      if (!parts_.ask) co_return as_input_required(detailed->input_requests);
      const bool answered = co_await answer_questions(detailed->input_requests, cancel);
      over = !answered && !cancel.requested();
      if (over) {
        (void)co_await send(mcp::Method::tasks_cancel, task_params(task_id_), cancel);
        co_return bridge::input_refused(mcp::Method::tools_call, name_, refused_, refusal_);
      }
      break;
    }
    case TaskStatus::completed:
    case TaskStatus::failed: co_return bridge::outcome_of(*detailed);
    case TaskStatus::cancelled: co_return fail(Kind::cancelled, Origin::upstream, "The server cancelled the task.");
  }
  co_return reply;
}

Task<mcp::Reply> Driver::give_up(Cancel& cancel) {
  Cancel own;
  (void)co_await send(mcp::Method::tasks_cancel, task_params(task_id_), own);
  co_return fail(ended_by(cancel));
}

/// Those that were not asked before.
std::vector<Driver::Asked> Driver::new_questions(const std::string& raw) {
  std::vector<Asked> round;
  const auto requests = json::parse(raw);
  if (!requests || !requests->is_object()) return round;
  for (const auto& [key, request] : *requests->as_object()) {
    if (known_.size() >= kMaxKnown || !known_.insert(key).second) continue;
    const json::Value* params = request.find("params");
    auto question = bridge::read_question(request.text("method"), params ? params->str() : std::string());
    if (question) round.emplace_back(KeyedQuestion{key, std::move(*question)});
  }
  return round;
}

/// False: somebody refused.
Task<bool> Driver::answer_questions(const std::string& raw, Cancel& cancel) {
  std::vector<Asked> round = new_questions(raw);
  if (round.empty()) co_return true;  // the server has not taken the answers yet
  const bool answered = co_await ask_all(round, cancel);
  if (!answered) co_return false;
  auto responses = json::Value::object();
  for (Asked& one : round) responses.set(one.question.key, std::move(*one.response->value));
  std::string params = task_params(task_id_);
  params.insert(params.size() - 1, ",\"inputResponses\":" + responses.str());
  auto updated = co_await send(mcp::Method::tasks_update, std::move(params), cancel);
  if (!updated) {  // they are asked again if the server still wants to know
    for (const Asked& one : round) known_.erase(one.question.key);
  }
  co_return true;
}

/// All at once (GB-101). False: one was refused, the others are withdrawn; or `cancel` was requested.
Task<bool> Driver::ask_all(std::vector<Asked>& round, Cancel& cancel) {
  Cancel stop;
  const Cancel::Hook outer(cancel, [&] { stop.request(cancel.reason()); });
  TaskGroup group;
  for (Asked& one : round) group.spawn(ask_one(one, stop));
  co_await group.join();
  co_return !cancel.requested() &&
      std::ranges::all_of(round, [](const Asked& one) { return one.response && one.response->value; });
}

Task<void> Driver::ask_one(Asked& asked, Cancel& stop) {
  asked.response = co_await parts_.ask(asked.question, stop);
  if (asked.response->value || stop.requested()) co_return;
  refused_ = asked.question.question.method;
  refusal_ = asked.response->refusal;
  stop.request(CancelReason::superseded);
}

}  // namespace gatehouse::tasks
