#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include <gatehouse/base/time.hpp>

#include "gateway/breaker/jitter.hpp"
#include "gateway/breaker/outcome_window.hpp"

/// Whether calls to a server make sense now. Pure: no clock, no lock, no I/O.
namespace gatehouse::breaker {

struct BreakerOptions {
  bool enabled = true;       ///< Off: counts, and never refuses.
  std::size_t failures = 5;  ///< In a row, after which it opens; 0: however many.
  std::size_t error_rate =
      50;  ///< Percent of the calls in `window` that failed, from which on it opens; 0: however many.
  std::size_t min_calls = 20;          ///< In `window`: fewer say nothing about a rate.
  Milliseconds window{30'000};         ///< At least OutcomeWindow::kBuckets.
  Milliseconds open_for{15'000};       ///< First pause; doubles each time the server turns out to be still broken.
  Milliseconds max_open_for{120'000};  ///< Longest pause.
  std::size_t probes = 1;  ///< Calls at a time that try the server after a pause, and successes that it takes.

  bool operator==(const BreakerOptions&) const = default;
};

enum class BreakerState : std::uint8_t { closed, open, half_open };
inline constexpr std::size_t kBreakerStates = 3;
[[nodiscard]] std::string_view to_string(BreakerState state);

/// Two signals, because each misses what the other sees: failures in a row find a server that is gone within a few calls; the rate
/// finds one that fails often while it answers in between.
///
///     closed ──(failures, or checks)──▶ open ──(pause over, or a check passes)──▶ half_open ──(successes)──▶ closed
///                                        ▲                                           │
///                                        └──────────(a failure; pause doubles)───────┘
///
/// Checks are requests of our own that only ask whether the server lives. One that passes is no proof that calls work, so an open
/// breaker half-opens by it; only one that checks opened is closed by a check. Where a call failed right after a check had passed, the
/// next pause is waited for.
class Breaker {
 public:
  /// `seed`: of the jitter of pauses, up to a tenth of each. `check_first`: after a pause, only a check may try for so long.
  Breaker(BreakerOptions options, std::uint64_t seed, Milliseconds check_first = {});

  /// Permission for one attempt. Must be handed back exactly once, or never: a trial that does not come back keeps its place for one
  /// pause (`open_for`) only.
  struct Ticket {
    std::uint64_t period = 0;  ///< Of a state, so that results from before a change are told apart.
    std::uint64_t trial = 0;   ///< Of a half-open breaker; 0: none.
  };
  /// Nothing: refused.
  [[nodiscard]] std::optional<Ticket> admit(TimePoint now) {
    if (state_ == BreakerState::closed) [[likely]]
      return Ticket{period_, 0};
    return admit_trial(now);
  }
  /// The server answered. `when`: as OutcomeWindow, the time when the call began will do.
  void succeeded(Ticket ticket, TimePoint when) {
    if (state_ != BreakerState::closed) [[unlikely]]
      return trial_succeeded(ticket, when);
    in_a_row_ = 0;
    window_.ok(when);
  }
  void failed(Ticket ticket, TimePoint now);
  /// The attempt says nothing about the server.
  void abandoned(Ticket ticket) { release(ticket); }

  /// The pause is over, and a check is on its way: until it is back (at most for `patience`), nobody else tries. False: it is not over.
  bool begin_check(TimePoint now, Milliseconds patience);
  void check_passed(TimePoint now);
  void check_failed(TimePoint now);
  /// Checks say that the server is out of order, whatever calls say.
  void trip(TimePoint now);

  [[nodiscard]] BreakerState state() const { return state_; }
  /// Calls are refused and nothing is known that speaks against it: lists are old then.
  [[nodiscard]] bool refuses() const { return state_ == BreakerState::open || (is_half_open() && check_until_); }
  [[nodiscard]] bool suspects() const { return state_ != BreakerState::closed || in_a_row_ > 0; }
  /// When a refused call may be tried again, at least a millisecond.
  [[nodiscard]] Milliseconds retry_after(TimePoint now) const;
  /// End of the pause of an open breaker.
  [[nodiscard]] TimePoint open_until() const { return open_until_; }
  [[nodiscard]] TimePoint since() const { return since_; }  ///< Beginning of the state; the epoch if it never changed.
  /// Changes with the state.
  [[nodiscard]] std::uint64_t period() const { return period_; }
  [[nodiscard]] OutcomeWindow::Totals lately(TimePoint now) { return window_.totals(now); }
  [[nodiscard]] std::uint64_t failures_in_a_row() const { return in_a_row_; }
  /// How often each state began; the first one is not counted.
  [[nodiscard]] const std::array<std::uint64_t, kBreakerStates>& transitions() const { return transitions_; }
  [[nodiscard]] std::uint64_t refused() const { return refused_; }

 private:
  struct Trial {
    std::uint64_t number = 0;  // 0: free
    TimePoint until;
  };
  [[nodiscard]] bool is_half_open() const { return state_ == BreakerState::half_open; }
  [[nodiscard]] std::optional<Ticket> admit_trial(TimePoint now);
  void trial_succeeded(Ticket ticket, TimePoint now);
  void release(Ticket ticket);
  void enter(BreakerState state, TimePoint now);
  enum class Cause { calls, checks };
  void open(Cause cause, TimePoint now);
  void close(TimePoint now);
  [[nodiscard]] bool rate_is_exceeded(TimePoint now);

  BreakerOptions options_;
  Milliseconds check_first_;
  BreakerState state_ = BreakerState::closed;
  std::uint64_t in_a_row_ = 0;
  std::uint64_t period_ = 1;
  OutcomeWindow window_;
  Jitter jitter_;
  TimePoint since_{}, open_until_{};
  Milliseconds pause_{0};                 // the last one, without jitter
  bool by_checks_ = false;                // who opened it
  bool misled_ = false;                   // a check passed, and a call failed all the same
  std::optional<TimePoint> check_until_;  // half-open: a check decides first
  std::vector<Trial> trials_;             // options_.probes of them
  std::uint64_t last_trial_ = 0, successes_ = 0, refused_ = 0;
  std::array<std::uint64_t, kBreakerStates> transitions_{};
};

}  // namespace gatehouse::breaker
