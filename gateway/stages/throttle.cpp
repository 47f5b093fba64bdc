#include "gateway/stages/throttle.hpp"

#include <algorithm>

#include <gatehouse/base/log.hpp>
#include <gatehouse/json/value.hpp>
#include <gatehouse/mcp/refusal.hpp>

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

/// Says it to the log now and then, and exactly to the metrics. `name`: of the refusal that a line is about; none without a line.
auto teller(const ratelimit::Subject& subject, std::string& name) {
  return [&subject, &name](const ratelimit::Hit& hit) {
    const std::string who = ratelimit::describe(subject, hit.limit.per), times = std::to_string(hit.since_last);
    if (hit.limit.mode == ratelimit::Mode::observe)
      return log::warn("limit would refuse", {{"limit", hit.limit.id}, {"who", who}, {"times", times, true}});
    name = mcp::new_refusal_name();
    log::warn("limit refuses", {{"limit", hit.limit.id}, {"who", who}, {"times", times, true}, {"request_id", name}});
  };
}

Decision take(Limiter& limiter, Point point, const Call& call, TimePoint now, std::string& name) {
  const ratelimit::Subject subject = subject_of(call);
  return limiter.take(point, subject, now, teller(subject, name));
}

Error refusal(const Decision& decision, const std::string& name) {
  const ratelimit::Limit& limit = decision.rule->limit;
  const auto wait = std::max(std::chrono::ceil<Milliseconds>(decision.wait), Milliseconds{1});
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(wait).count();
  auto data = json::Value::object({{"limit", limit.id}, {"scope", to_string(limit.per)}});
  data.set("quota", limit.concurrency ? limit.concurrency : limit.rate.count);
  if (!limit.concurrency) data.set("windowMs", static_cast<std::int64_t>(limit.rate.period.count()));
  data.set("retryAfterMs", static_cast<std::int64_t>(wait.count()));
  data.set("requestId", name.empty() ? mcp::new_refusal_name() : name);
  return Error{
      Kind::throttled, Origin::client,
      "Too many requests: the limit \"" + limit.id + "\" is reached; try again in " + std::to_string(seconds) + " s."}
      .with_data(data.str())
      .with_retry(Retry::later(wait));
}

/// Asks the store until it knows, and not for ever.
Task<Decision> learn(Limiter& limiter, Point point, const Call& call, Decision decision, std::string& name) {
  for (int i = 0; i < kMaxQuestions && decision.verdict == Verdict::unknown && !call.in.cancel.requested(); ++i) {
    co_await decision.rule->buckets->learn(decision.key);
    decision = take(limiter, point, call, Clock::now(), name);
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
  std::string name;
  Decision decision = take(limiter_, Point::caller, call, call.in.received_at, name);
  if (decision.admitted()) return inner(call, next);
  if (decision.verdict == Verdict::unknown) return ask_first(call, next, std::move(decision));
  return answered(fail(refusal(decision, name)));
}

Task<mcp::Reply> Throttle::inner(Call& call, Next next) {
  return limiter_.has_step_up() ? watch_step_up(call, next) : next(call);
}

Task<mcp::Reply> Throttle::ask_first(Call& call, Next next, Decision decision) {
  std::string name;
  decision = co_await learn(limiter_, Point::caller, call, std::move(decision), name);
  if (!decision.admitted()) co_return fail(refusal(decision, name));
  co_return co_await inner(call, next);
}

/// Challenges are answers, so they are counted on the way out.
Task<mcp::Reply> Throttle::watch_step_up(Call& call, Next next) {
  mcp::Reply reply = co_await next(call);
  if (asks_for_more(reply)) {
    const ratelimit::Subject subject = subject_of(call);
    std::string name;
    const Decision decision = limiter_.take_step_up(subject, Clock::now(), teller(subject, name));
    if (decision.verdict == Verdict::refused) reply = fail(refusal(decision, name));
  }
  co_return reply;
}

Task<mcp::Reply> ThrottleTarget::handle(Call& call, Next next) {
  const mcp::Method method = call.in.request.method;
  if (limiter_.has_concurrency(method)) return run(call, next);
  if (!limiter_.has(Point::target, method)) return next(call);
  std::string name;
  Decision decision = take(limiter_, Point::target, call, call.in.received_at, name);
  if (decision.admitted()) return next(call);
  if (decision.verdict == Verdict::unknown) return ask_first(call, next, std::move(decision));
  return answered(refuse(call, decision, name));
}

mcp::Reply ThrottleTarget::refuse(const Call& call, const Decision& decision, const std::string& name) {
  limiter_.give_back(Point::caller, subject_of(call));
  return fail(refusal(decision, name));
}

Task<mcp::Reply> ThrottleTarget::ask_first(Call& call, Next next, Decision decision) {
  std::string name;
  decision = co_await learn(limiter_, Point::target, call, std::move(decision), name);
  if (!decision.admitted()) co_return refuse(call, decision, name);
  co_return co_await next(call);
}

Task<mcp::Reply> ThrottleTarget::run(Call& call, Next next) {
  ratelimit::Held held;
  std::string name;
  {
    const ratelimit::Subject subject = subject_of(call);
    const Decision decision = limiter_.enter(subject, held, call.in.received_at, teller(subject, name));
    if (!decision.admitted()) co_return refuse(call, decision, name);
  }
  Decision decision = take(limiter_, Point::target, call, call.in.received_at, name);
  if (decision.verdict == Verdict::unknown)
    decision = co_await learn(limiter_, Point::target, call, std::move(decision), name);
  if (!decision.admitted()) co_return refuse(call, decision, name);
  mcp::Reply reply = co_await next(call);
  co_return reply;
}

}  // namespace gatehouse::stages
