#include "gateway/upstream/guard.hpp"

#include <algorithm>

#include <fmt/format.h>

#include <gatehouse/json/value.hpp>

namespace gatehouse::upstream {
namespace {

using breaker::BreakerState;
using breaker::Verdict;

constexpr Milliseconds kLongestRetryDelay{5'000};
constexpr Milliseconds kCheckSlack{1'000};  // a check ends by itself; the breaker only waits for it a little longer

/// Something broke that many calls may have been waiting for.
bool is_loss(Kind kind) {
  return kind == Kind::unavailable || kind == Kind::connection_lost || kind == Kind::outcome_unknown;
}

}  // namespace

Error not_called(const std::string& server, std::string_view state, std::string message, Milliseconds retry_after) {
  const auto wait = static_cast<std::int64_t>(retry_after.count());
  const auto data = json::Value::object(
      {{"server", server},
       {"state", state},
       {"retryAfterMs", wait},
       {"gatehouse", json::Value::object({{"reason", "unavailable"}, {"backend", server}, {"retryable", true}})}});
  return Error{Kind::unavailable, Origin::upstream, std::move(message)}
      .with_data(data.str())
      .with_retry(Retry::later(retry_after));
}

Result<Guard::Ticket> Guard::admit_trial(TimePoint now) {
  if (const auto ticket = breaker_.admit(now)) return *ticket;
  return std::unexpected(refusal(now));
}

Error Guard::refusal(TimePoint now) const {
  const Milliseconds wait = breaker_.retry_after(now);
  Error error =
      not_called(options_.name, breaker::to_string(breaker_.state()),
                 fmt::format("The server \"{}\" is out of order and not called for now; try again in {} seconds.",
                             options_.name, std::chrono::ceil<std::chrono::seconds>(wait).count()),
                 wait);
  error.detail = last_error_;
  return error;
}

void Guard::remember(const Error& error, TimePoint now) {
  last_error_ = error.message;
  last_error_at_ = now;
}

void Guard::failed(Ticket ticket, const Error& error, TimePoint began, TimePoint now) {
  switch (breaker::verdict(error)) {
    case Verdict::healthy: return succeeded(ticket, now);
    case Verdict::unknown: return abandoned(ticket);
    case Verdict::failing: break;
  }
  remember(error, now);
  if (is_loss(error.kind)) {
    if (began <= lost_at_) return abandoned(ticket);
    lost_at_ = now;
  }
  breaker_.failed(ticket, now);
}

std::optional<Milliseconds> Guard::retry_after(const Error& error, std::size_t n, Milliseconds left, TimePoint now) {
  if (n > options_.retries.max || breaker::verdict(error) != Verdict::failing) return std::nullopt;
  Milliseconds delay = breaker::retry_delay(n, jitter_);
  if (error.retry.when == Retry::When::later) delay = std::max(delay, error.retry.after);
  if (delay >= left || delay > kLongestRetryDelay) return std::nullopt;
  if (!budget_.take(now)) {
    ++counters_.retries_refused;
    return std::nullopt;
  }
  ++counters_.retries;
  return delay;
}

void Guard::begin_check(TimePoint now) {
  checked_at_ = now;
  (void)breaker_.begin_check(now, options_.health_check.timeout + kCheckSlack);
}

void Guard::check_passed(TimePoint now) {
  ++counters_.checks_passed;
  failed_checks_ = 0;
  heard_at_ = now;
  breaker_.check_passed(now);
}

void Guard::check_failed(const Error& error, TimePoint now) {
  ++counters_.checks_failed;
  ++failed_checks_;
  remember(error, now);
  breaker_.check_failed(now);
  if (unhealthy()) breaker_.trip(now);
}

TimePoint Guard::check_due() const {
  TimePoint due = TimePoint::max();
  if (breaker_.state() == BreakerState::open) due = breaker_.open_until();
  const HealthOptions& health = options_.health_check;
  const bool asks_idle =
      health.idle == IdleChecks::always || (health.idle == IdleChecks::automatic && !options_.is_stdio());
  if (!health.enabled || !(asks_idle || breaker_.suspects() || failed_checks_ > 0)) return due;
  const bool wants_certainty = failed_checks_ > 0 && !unhealthy();
  return std::min(due, wants_certainty ? checked_at_ + std::min(health.timeout, health.interval)
                                       : std::max(heard_at_, checked_at_) + health.interval);
}

}  // namespace gatehouse::upstream
