#include "gateway/tasks/pumps.hpp"

#include <algorithm>

#include <gatehouse/base/signal.hpp>
#include <gatehouse/json/value.hpp>
#include <gatehouse/transport/session.hpp>

namespace gatehouse::tasks {
namespace {

constexpr std::size_t kMaxPumps = 4096;
constexpr auto kIdleTime = std::chrono::minutes(15);  // nobody asked for the task
constexpr Milliseconds kSweepInterval{30'000};

}  // namespace

struct Pump::Open {
  bridge::KeyedQuestion question;
  std::unique_ptr<mcp::Answer> answer;
  bool withdrawn = false;
  Signal changed;
};

Task<mcp::Reply> Pump::ask(std::string_view method, const json::Splice& params, Cancel& withdrawn) {
  auto question = bridge::read_question(method, params.str());
  if (!question) co_return fail(std::move(question.error()));
  if (open_.size() >= bridge::kMaxQuestions)
    co_return fail(Kind::invalid_params, Origin::client, "The client is asked too much at once.");
  Open open;
  open.question.key = seed_ + std::to_string(next_key_++);
  open.question.question = std::move(*question);
  open_.push_back(&open);
  {
    const Cancel::Hook stop(withdrawn, [&open] {
      open.withdrawn = true;
      open.changed.notify();
    });
    while (!open.answer && !open.withdrawn) co_await open.changed.wait();
  }
  std::erase(open_, &open);
  if (open.answer) co_return std::move(open.answer);
  co_return fail(Kind::cancelled, Origin::client, "The question was withdrawn.");
}

std::string Pump::input_requests() const {
  std::vector<bridge::KeyedQuestion> questions;
  for (const Open* open : open_)
    if (!open->answer) questions.push_back(open->question);
  return questions.empty() ? std::string() : bridge::write_input_requests(questions);
}

void Pump::answer(const bridge::InputResponses& responses) {
  for (const auto& [key, raw] : responses.answers) {
    const auto open =
        std::ranges::find_if(open_, [&wanted = key](const Open* one) { return one->question.key == wanted; });
    if (open == open_.end() || (*open)->answer) continue;
    (*open)->answer = mcp::Answer::of(raw);
    (*open)->changed.notify();
  }
}

std::shared_ptr<Pump> Pumps::find(const std::string& task) const {
  const auto found = by_task_.find(task);
  return found == by_task_.end() ? nullptr : found->second;
}

std::shared_ptr<Pump> Pumps::ensure(const std::string& task, Run how) {
  auto pump = find(task);
  if (!pump) {
    if (by_task_.size() >= kMaxPumps) return nullptr;
    pump = std::make_shared<Pump>(transport::random_id().substr(0, 8) + "-");
    by_task_.emplace(task, pump);
    tasks_.spawn(run(task, pump, std::move(how)));
    if (!sweep_.armed()) sweep_.arm(kSweepInterval, [this] { sweep(); });
  }
  pump->last_used = Clock::now();
  return pump;
}

Task<void> Pumps::run(std::string task, std::shared_ptr<Pump> pump, Run how) {
  co_await how(*pump);
  const auto found = by_task_.find(task);
  if (found != by_task_.end() && found->second == pump) by_task_.erase(found);
}

void Pumps::end(const std::string& task) {
  if (const auto pump = find(task)) pump->cancel.request(CancelReason::superseded);
}

void Pumps::sweep() {
  const TimePoint now = Clock::now();
  std::vector<std::string> idle;
  for (const auto& [task, pump] : by_task_)
    if (now - pump->last_used > kIdleTime) idle.push_back(task);
  for (const std::string& task : idle) end(task);
  if (!by_task_.empty()) sweep_.arm(kSweepInterval, [this] { sweep(); });
}

void Pumps::cancel_all() {
  sweep_.disarm();
  std::vector<std::string> all;
  for (const auto& [task, pump] : by_task_) all.push_back(task);
  for (const std::string& task : all) end(task);
}

Task<void> Pumps::stop() {
  cancel_all();
  co_await tasks_.join();
}

}  // namespace gatehouse::tasks
