#pragma once
#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/breaker/breaker.hpp"
#include "gateway/breaker/retry_budget.hpp"
#include "gateway/breaker/verdict.hpp"
#include "gateway/upstream/options.hpp"

namespace gatehouse::upstream {

/// What one server's past says about its next call: whether it is worth sending, and whether it is worth sending again. Pure.
class Guard {
 public:
  using Ticket = breaker::Breaker::Ticket;
  struct Counters {
    std::uint64_t retries = 0;          ///< Calls that were sent again.
    std::uint64_t retries_refused = 0;  ///< That would have been, but for the budget.
    std::uint64_t checks_passed = 0, checks_failed = 0;
  };

  /// `options` outlives the guard.
  explicit Guard(const Options& options, std::uint64_t seed)
      : options_(options), breaker_(options.breaker, seed, kCheckFirst), budget_(options.retries), jitter_(~seed) {}

  /// `now` is asked only when it matters: nearly never. Errors: unavailable while the breaker refuses; `data` says of which server,
  /// why, and when to try again.
  [[nodiscard]] Result<Ticket> admit(TimePoint (*now)()) {
    if (breaker_.state() == breaker::BreakerState::closed) [[likely]]
      return *breaker_.admit({});
    return admit_trial(now());
  }
  /// What `admit` says while the breaker refuses.
  [[nodiscard]] Error refusal(TimePoint now) const;
  /// The attempt was answered. `when`: when it began.
  void succeeded(Ticket ticket, TimePoint when) {
    breaker_.succeeded(ticket, when);
    budget_.succeeded(when);
    heard_at_ = std::max(heard_at_, when);
  }
  /// It was not. Calls that are lost together are one failure: those that began before the first of them was noticed say nothing new.
  void failed(Ticket ticket, const Error& error, TimePoint began, TimePoint now);
  /// The attempt says nothing.
  void abandoned(Ticket ticket) { breaker_.abandoned(ticket); }

  /// How long to wait before a call that failed like this for the `n`th time (from 1) is sent again, if that has a point and the
  /// budget allows it, which is then spent. `left`: until its deadline.
  [[nodiscard]] std::optional<Milliseconds> retry_after(const Error& error, std::size_t n, Milliseconds left,
                                                        TimePoint now);

  void begin_check(TimePoint now);
  void check_passed(TimePoint now);
  void check_failed(const Error& error, TimePoint now);
  /// Its lists could be read on a new connection.
  void recovered(TimePoint now) {
    heard_at_ = now;
    breaker_.check_passed(now);
  }
  /// It said something else.
  void heard(TimePoint now) { heard_at_ = now; }

  /// When a check is due: after silence, after a failed one, when a pause is over. `TimePoint::max()`: not at all.
  [[nodiscard]] TimePoint check_due() const;

  /// True once after each change of the breaker's state.
  [[nodiscard]] bool changed() {
    if (breaker_.period() == seen_period_) [[likely]]
      return false;
    seen_period_ = breaker_.period();
    return true;
  }

  [[nodiscard]] const breaker::Breaker& breaker() const { return breaker_; }
  [[nodiscard]] breaker::OutcomeWindow::Totals lately(TimePoint now) { return breaker_.lately(now); }
  [[nodiscard]] const Counters& counters() const { return counters_; }
  /// As many checks in a row failed as make a server count as broken.
  [[nodiscard]] bool unhealthy() const {
    return options_.health_check.enabled && failed_checks_ >= options_.health_check.unhealthy_after;
  }
  [[nodiscard]] bool refuses() const { return breaker_.refuses(); }
  /// The last thing that went wrong, for operators; empty: nothing yet.
  [[nodiscard]] const std::string& last_error() const { return last_error_; }
  [[nodiscard]] TimePoint last_error_at() const { return last_error_at_; }

 private:
  static constexpr Milliseconds kCheckFirst{1'000};
  [[nodiscard]] Result<Ticket> admit_trial(TimePoint now);
  void remember(const Error& error, TimePoint now);

  const Options& options_;
  breaker::Breaker breaker_;
  breaker::RetryBudget budget_;
  breaker::Jitter jitter_;
  Counters counters_;
  std::uint64_t seen_period_ = breaker_.period();
  std::size_t failed_checks_ = 0;  // in a row
  TimePoint heard_at_{}, checked_at_{}, last_error_at_{}, lost_at_{};
  std::string last_error_;
};

/// Why a server is not called now, as clients read it. `state`: "down", "open" or "half_open".
[[nodiscard]] Error not_called(const std::string& server, std::string_view state, std::string message,
                               Milliseconds retry_after);

}  // namespace gatehouse::upstream
