#include "gateway/stages/throttle.hpp"

#include <algorithm>

#include <gatehouse/base/log.hpp>
#include <gatehouse/json/value.hpp>

namespace gatehouse::stages {
namespace {

using ratelimit::Decision;
using ratelimit::Limiter;
using ratelimit::Verdict;
using Point = Limiter::Point;

constexpr int kMaxQuestions = 8;

ratelimit::Subject subject_of(const Call& call) {
  const mcp::Client& client = call.in.client;
  const mcp::Principal& who = *client.who;
  ratelimit::Subject subject{.method = call.in.request.method,
                             .address = client.address,
                             .user = who.key,
                             .client = who.client_id,
                             .tenant = who.tenant,
                             .endpoint = call.routes.endpoint,
                             .session = client.session};
  if (who.auth.method == "api_key") subject.apikey = who.auth.credential_id;
  if (call.then) subject.limits = call.then->limits;
  if (call.server) subject.target = {call.server->name(), call.target.local};
  return subject;
}

/// Says it to the log now and then, and exactly to the metrics.
auto teller(const ratelimit::Subject& subject) {
  return [&subject](const ratelimit::Hit& hit) {
    const bool watches = hit.limit.mode == ratelimit::Mode::observe;
    log::warn(watches ? "limit would refuse" : "limit refuses", {{"limit", hit.limit.id},
                                                                 {"who", ratelimit::describe(subject, hit.limit.per)},
                                                                 {"times", std::to_string(hit.since_last), true}});
  };
}

Decision take(Limiter& limiter, Point point, const Call& call, TimePoint now) {
  const ratelimit::Subject subject = subject_of(call);
  return limiter.take(point, subject, now, teller(subject));
}

Error refusal(const Decision& decision) {
  const ratelimit::Limit& limit = decision.rule->limit;
  const auto wait = std::max(std::chrono::ceil<Milliseconds>(decision.wait), Milliseconds{1});
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(wait).count();
  return Error{
      Kind::throttled, Origin::client,
      "Too many requests: the limit \"" + limit.id + "\" is reached; try again in " + std::to_string(seconds) + " s."}
      .with_data(json::Value::object({{"limit", limit.id},
                                      {"scope", to_string(limit.per)},
                                      {"retryAfterMs", static_cast<std::int64_t>(wait.count())}})
                     .str())
      .with_retry(Retry::later(wait));
}

/// Asks the store until it knows, and not for ever.
Task<Decision> learn(Limiter& limiter, Point point, const Call& call, Decision decision) {
  for (int i = 0; i < kMaxQuestions && decision.verdict == Verdict::unknown && !call.in.cancel.requested(); ++i) {
    co_await decision.rule->buckets->learn(decision.key);
    decision = take(limiter, point, call, Clock::now());
  }
  co_return decision;
}

Task<mcp::Reply> answered(mcp::Reply reply) { co_return reply; }

bool asks_for_more(const mcp::Reply& reply) {
  return !reply && (reply.error().kind == Kind::insufficient_scope || reply.error().kind == Kind::login_too_weak);
}

}  // namespace

Task<mcp::Reply> Throttle::handle(Call& call, Next next) {
  if (!limiter_.has(Point::caller, call.in.request.method)) return inner(call, next);
  Decision decision = take(limiter_, Point::caller, call, call.in.received_at);
  if (decision.admitted()) return inner(call, next);
  if (decision.verdict == Verdict::unknown) return ask_first(call, next, std::move(decision));
  return answered(fail(refusal(decision)));
}

Task<mcp::Reply> Throttle::inner(Call& call, Next next) {
  return limiter_.has_step_up() ? watch_step_up(call, next) : next(call);
}

Task<mcp::Reply> Throttle::ask_first(Call& call, Next next, Decision decision) {
  decision = co_await learn(limiter_, Point::caller, call, std::move(decision));
  if (!decision.admitted()) co_return fail(refusal(decision));
  co_return co_await inner(call, next);
}

/// Challenges are answers, so they are counted on the way out.
Task<mcp::Reply> Throttle::watch_step_up(Call& call, Next next) {
  mcp::Reply reply = co_await next(call);
  if (asks_for_more(reply)) {
    const ratelimit::Subject subject = subject_of(call);
    const Decision decision = limiter_.take_step_up(subject, Clock::now(), teller(subject));
    if (decision.verdict == Verdict::refused) reply = fail(refusal(decision));
  }
  co_return reply;
}

Task<mcp::Reply> ThrottleTarget::handle(Call& call, Next next) {
  const mcp::Method method = call.in.request.method;
  if (limiter_.has_concurrency(method)) return run(call, next);
  if (!limiter_.has(Point::target, method)) return next(call);
  Decision decision = take(limiter_, Point::target, call, call.in.received_at);
  if (decision.admitted()) return next(call);
  if (decision.verdict == Verdict::unknown) return ask_first(call, next, std::move(decision));
  return answered(refuse(call, decision));
}

mcp::Reply ThrottleTarget::refuse(const Call& call, const Decision& decision) {
  limiter_.give_back(Point::caller, subject_of(call));
  return fail(refusal(decision));
}

Task<mcp::Reply> ThrottleTarget::ask_first(Call& call, Next next, Decision decision) {
  decision = co_await learn(limiter_, Point::target, call, std::move(decision));
  if (!decision.admitted()) co_return refuse(call, decision);
  co_return co_await next(call);
}

Task<mcp::Reply> ThrottleTarget::run(Call& call, Next next) {
  ratelimit::Held held;
  {
    const ratelimit::Subject subject = subject_of(call);
    const Decision decision = limiter_.enter(subject, held, call.in.received_at, teller(subject));
    if (!decision.admitted()) co_return refuse(call, decision);
  }
  Decision decision = take(limiter_, Point::target, call, call.in.received_at);
  if (decision.verdict == Verdict::unknown)
    decision = co_await learn(limiter_, Point::target, call, std::move(decision));
  if (!decision.admitted()) co_return refuse(call, decision);
  mcp::Reply reply = co_await next(call);
  co_return reply;
}

}  // namespace gatehouse::stages
