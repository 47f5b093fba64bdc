#include "gateway/asking/parking.hpp"

#include <algorithm>
#include <chrono>

#include <gatehouse/base/log.hpp>
#include <gatehouse/base/wall_clock.hpp>
#include <gatehouse/mcp/caller.hpp>
#include <gatehouse/transport/session.hpp>

#include "gateway/asking/held_call.hpp"
#include "gateway/bridge/answers.hpp"

namespace gatehouse::asking {
namespace {

using Step = bridge::ParkedCall::Step;

constexpr std::size_t kMaxKeptBytes = 1u << 20;  // of an outcome that was told

Error lost() {
  return Error{Kind::state_lost, Origin::upstream,
               "The operation was lost while it waited for an answer; parts of it may have been done."}
      .with_data(R"({"gatehouse":{"reason":"owner_lost"}})");
}

Error too_many() {
  return Error{Kind::limit_exceeded, Origin::gateway, "Too many calls wait for answers; answer some of them first."}
      .with_data(R"({"gatehouse":{"limit":"parked_calls"}})");
}

/// After a person was asked, a broken connection is more than "try again": what was begun is gone (GB-128).
bool loses_the_call(const mcp::Reply& reply) {
  if (reply) return false;
  const Kind kind = reply.error().kind;
  return kind == Kind::outcome_unknown || kind == Kind::connection_lost || kind == Kind::unavailable ||
         kind == Kind::state_lost;
}

}  // namespace

Parking::Parking(net::Loop& loop, const seal::KeyRing& keys, const bridge::QuestionOptions& options)
    : loop_(loop), keys_(keys), options_(options), owner_(transport::random_id()) {}

Parking::~Parking() = default;

std::size_t Parking::parked() const {
  return static_cast<std::size_t>(
      std::ranges::count_if(held_, [](const auto& entry) { return entry.second->machine.is_parked(); }));
}

bool Parking::may_park(const HeldCall& held) const {
  std::size_t all = 0, of_principal = 0, of_server = 0;
  for (const auto& [id, other] : held_) {
    if (other.get() == &held || other->machine.generation() == 0 || other->machine.is_finished()) continue;
    ++all;
    of_principal += other->client.principal() == held.client.principal();
    of_server += other->server == held.server;
  }
  return all < options_.max_parked && of_principal < options_.max_parked_per_principal &&
         of_server < options_.max_parked_per_server;
}

Task<mcp::Reply> Parking::begin(const mcp::Call& call, std::string server, std::string backend_member,
                                std::string digest, Run run) {
  auto held = std::make_shared<HeldCall>(loop_, call, options_, std::move(run));
  held->id = transport::random_id();
  held->server = std::move(server);
  held->backend_member = std::move(backend_member);
  held->digest = std::move(digest);
  held->on_change = [this, raw = held.get()] { advance(*raw); };
  held_.emplace(held->id, held);
  HeldCall::Waiter waiter{call};
  held->waiters.push_back(&waiter);  // the call may ask, or end, before anything is awaited
  tasks_.spawn(this->run(held));
  co_return co_await wait(held, waiter);
}

Task<mcp::Reply> Parking::resume(const mcp::Call& call, const bridge::RequestState& state,
                                 const bridge::InputResponses& responses) {
  const auto found = held_.find(state.parked);
  if (found == held_.end() || state.owner != owner_) {
    Error error = state.owner == owner_ ? bridge::state_error(bridge::StateProblem::consumed) : lost();
    co_return fail(std::move(error));
  }
  const auto held = found->second;
  auto retry = held->machine.retry(state.generation, responses, Clock::now());
  using Verdict = bridge::ParkedCall::Retry::Verdict;
  if (retry.verdict == Verdict::consumed) co_return fail(bridge::state_error(bridge::StateProblem::consumed));
  if (retry.verdict == Verdict::repeated) co_return questions_of(*held);
  held->now_asks(call.client);
  HeldCall::Waiter waiter{call};
  held->waiters.push_back(&waiter);
  held->machine.attached();
  for (const auto& [key, answer] : retry.deliver) held->answer(key, answer);
  advance(*held);
  co_return co_await wait(held, waiter);
}

/// Until `waiter` has its reply, or its client goes away.
Task<mcp::Reply> Parking::wait(std::shared_ptr<HeldCall> held, HeldCall::Waiter& waiter) {
  {
    const Cancel::Hook gone(waiter.call.cancel, [&] {
      if (waiter.reply) return;
      waiter.reply = fail(Kind::cancelled, Origin::client, "The request was cancelled.");
      waiter.done.notify();
      std::erase(held->waiters, &waiter);
      held->machine.left();
      advance(*held);
    });
    while (!waiter.reply) co_await waiter.done.wait();
  }
  co_return std::move(*waiter.reply);
}

Task<void> Parking::run(std::shared_ptr<HeldCall> held) {
  const mcp::Call call{held->message, held->client, *held, held->cancel, held->received_at};
  auto reply = co_await held->run(call);
  if (held->machine.generation() == 0) {  // nobody was asked, so nobody can come back for it
    held->hand_over(std::move(reply));
    co_return forget(*held);
  }
  if (held->machine.generation() > 0 && loses_the_call(reply)) reply = fail(lost());
  held->outcome.emplace(reply);
  held->machine.finished();
  advance(*held);
}

void Parking::advance(HeldCall& held) {
  if (held.is_over) return;
  const auto keep = held.shared_from_this();
  Step step = Step::wait;
  while (!held.is_over && (step = held.machine.next(Clock::now())) != Step::wait) carry_out(held, step);
  if (held.is_over) return;
  const auto due = held.machine.due();
  if (!due) return held.timer.disarm();
  const auto delay = std::chrono::ceil<Milliseconds>(*due - Clock::now());
  held.timer.arm(std::max(delay, Milliseconds{1}), [this, raw = &held] { advance(*raw); });
}

void Parking::carry_out(HeldCall& held, Step step) {
  switch (step) {
    case Step::wait: return;
    case Step::ask: return park(held);
    case Step::answer:
      held.give_all([&held] { return held.outcome->copy(); });
      if (held.outcome->size() > kMaxKeptBytes) forget(held);
      return;
    case Step::give_up: return held.answer_nobody_came();
    case Step::abandon: held.cancel.request(CancelReason::client_gone); return forget(held);
    case Step::expire:
      log::info("parked call expired", {{"server", held.server}});
      held.answer_nobody_came();
      held.cancel.request(CancelReason::timed_out);
      return forget(held);
    case Step::forget: return forget(held);
  }
}

void Parking::park(HeldCall& held) {
  if (held.machine.generation() == 1 && !may_park(held)) {
    held.give_all([] { return mcp::Reply(fail(too_many())); });
    held.cancel.request(CancelReason::client_gone);
    return forget(held);
  }
  held.give_all([&] { return questions_of(held); });
}

mcp::Reply Parking::questions_of(const HeldCall& held) const {
  bridge::InputRequired input;
  for (const auto& one : held.machine.open_questions()) input.questions.push_back(one);
  const bridge::RequestState state{.kind = bridge::RequestState::Kind::parked,
                                   .server = held.server,
                                   .digest = held.digest,
                                   .inner = {},
                                   .owner = owner_,
                                   .parked = held.id,
                                   .generation = held.machine.generation()};
  input.state = bridge::seal_state(keys_, mcp::caller_key(*held.client.who), state,
                                   wall_clock<Milliseconds>() + options_.parked_wait);
  return bridge::write_input_required(input, held.backend_member);
}

void Parking::forget(HeldCall& held) {
  if (std::exchange(held.is_over, true)) return;
  held.timer.disarm();
  held_.erase(held.id);
}

Task<void> Parking::stop() {
  while (!held_.empty()) {
    const auto held = held_.begin()->second;
    forget(*held);
    held->give_all([] { return mcp::Reply(fail(Kind::shutting_down, Origin::gateway, "The gateway is stopping.")); });
    held->cancel.request(CancelReason::shutting_down);
  }
  co_await tasks_.join();
}

}  // namespace gatehouse::asking
