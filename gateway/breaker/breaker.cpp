#include "gateway/breaker/breaker.hpp"

#include <algorithm>

namespace gatehouse::breaker {
namespace {

constexpr Milliseconds kTrialWait{1000};  // what callers are told while others try

}  // namespace

std::string_view to_string(BreakerState state) {
  switch (state) {
    case BreakerState::closed: return "closed";
    case BreakerState::open: return "open";
    case BreakerState::half_open: return "half_open";
  }
  return "closed";
}

Breaker::Breaker(BreakerOptions options, std::uint64_t seed, Milliseconds check_first)
    : options_(options),
      check_first_(check_first),
      window_(options.window),
      jitter_(seed),
      trials_(std::max<std::size_t>(options.probes, 1)) {}

std::optional<Breaker::Ticket> Breaker::admit_trial(TimePoint now) {
  // Calls come all the time, and would always be there before a check that is woken up by a timer.
  if (state_ == BreakerState::open && now >= open_until_ + check_first_) enter(BreakerState::half_open, now);
  if (check_until_ && now >= *check_until_) check_until_.reset();
  if (is_half_open() && !check_until_) {
    const auto place = std::ranges::find_if(trials_, [&](const Trial& t) { return t.number == 0 || t.until <= now; });
    if (place != trials_.end()) {
      *place = {.number = ++last_trial_, .until = now + options_.open_for};
      return Ticket{period_, last_trial_};
    }
  }
  ++refused_;
  return std::nullopt;
}

void Breaker::release(Ticket ticket) {
  if (ticket.trial == 0) return;
  for (Trial& trial : trials_)
    if (trial.number == ticket.trial) trial = {};
}

void Breaker::trial_succeeded(Ticket ticket, TimePoint now) {
  release(ticket);
  if (!is_half_open() || ticket.period != period_) return;
  if (++successes_ >= trials_.size()) close(now);
}

bool Breaker::rate_is_exceeded(TimePoint now) {
  if (options_.error_rate == 0) return false;
  const OutcomeWindow::Totals lately = window_.totals(now);
  return lately.calls() >= options_.min_calls && lately.failed * 100 >= options_.error_rate * lately.calls();
}

void Breaker::failed(Ticket ticket, TimePoint now) {
  release(ticket);
  if (ticket.period != period_) return;
  if (is_half_open()) return open(Cause::calls, now);
  ++in_a_row_;
  window_.failed(now);
  if (!options_.enabled) return;
  const bool too_many_in_a_row = options_.failures > 0 && in_a_row_ >= options_.failures;
  if (too_many_in_a_row || rate_is_exceeded(now)) open(Cause::calls, now);
}

bool Breaker::begin_check(TimePoint now, Milliseconds patience) {
  if (state_ != BreakerState::open || now < open_until_) return false;
  enter(BreakerState::half_open, now);
  check_until_ = now + patience;
  return true;
}

void Breaker::check_passed(TimePoint now) {
  if (state_ == BreakerState::closed) return;
  if (by_checks_) return close(now);
  if (state_ == BreakerState::open) {
    if (!misled_) enter(BreakerState::half_open, now);
    return;
  }
  // The first check that passes lets calls try; whoever has no calls is believed after the next one.
  if (check_until_) return check_until_.reset();
  if (++successes_ >= trials_.size()) close(now);
}

void Breaker::check_failed(TimePoint now) {
  if (is_half_open()) open(Cause::checks, now);
}

void Breaker::trip(TimePoint now) {
  if (!options_.enabled || state_ == BreakerState::open) return;
  by_checks_ = true;
  open(Cause::checks, now);
}

void Breaker::enter(BreakerState state, TimePoint now) {
  state_ = state;
  since_ = now;
  ++period_;
  ++transitions_[static_cast<std::size_t>(state)];
  check_until_.reset();
  successes_ = 0;
  std::ranges::fill(trials_, Trial{});
}

void Breaker::open(Cause cause, TimePoint now) {
  // A server that was well for as long as it was left alone starts from the beginning.
  const bool relapsed = pause_ > Milliseconds{0} && (is_half_open() || now - since_ < pause_);
  misled_ = is_half_open() && cause == Cause::calls;
  pause_ = relapsed ? std::min(pause_ * 2, std::max(options_.max_open_for, options_.open_for)) : options_.open_for;
  enter(BreakerState::open, now);
  open_until_ = now + pause_ + jitter_.below(pause_ / 10);
}

void Breaker::close(TimePoint now) {
  by_checks_ = misled_ = false;
  in_a_row_ = 0;
  window_.clear();
  enter(BreakerState::closed, now);
}

Milliseconds Breaker::retry_after(TimePoint now) const {
  if (state_ != BreakerState::open) return kTrialWait;
  return std::max(Milliseconds{1}, std::chrono::ceil<Milliseconds>(open_until_ - now));
}

}  // namespace gatehouse::breaker
