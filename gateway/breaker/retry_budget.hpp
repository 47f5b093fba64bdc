#pragma once
#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "gateway/breaker/jitter.hpp"
#include "gateway/breaker/outcome_window.hpp"

namespace gatehouse::breaker {

struct RetryOptions {
  std::size_t max = 1;             ///< Times that one call is sent again; 0: never.
  std::size_t budget = 20;         ///< Percent of the calls that succeeded lately which may be sent again.
  std::size_t min_per_second = 1;  ///< Beside that, so that a quiet server's calls are sent again, too.

  bool operator==(const RetryOptions&) const = default;
};

/// Keeps retries a fraction of the load: when everything fails, they must not add to it. Pure.
class RetryBudget {
 public:
  static constexpr Milliseconds kWindow{10'000};
  explicit RetryBudget(RetryOptions options) : options_(options), spent_(kWindow) {}

  /// A call was answered. `when`: as OutcomeWindow.
  void succeeded(TimePoint when) { spent_.ok(when); }
  /// True: one call may be sent again, which counts.
  [[nodiscard]] bool take(TimePoint now) {
    const OutcomeWindow::Totals lately = spent_.totals(now);
    const std::uint64_t allowed = lately.ok * options_.budget / 100 + options_.min_per_second * kWindowSeconds;
    if (lately.failed >= allowed) return false;
    spent_.failed(now);
    return true;
  }

 private:
  static constexpr std::uint64_t kWindowSeconds = kWindow / std::chrono::seconds{1};
  RetryOptions options_;
  OutcomeWindow spent_;  // ok: calls that succeeded; failed: retries
};

/// How long the `n`th retry of a call waits (from 1): doubling from 25 ms to a second, the second half of it random.
[[nodiscard]] inline Milliseconds retry_delay(std::size_t n, Jitter& jitter) {
  constexpr Milliseconds kFirst{25}, kLongest{1000};
  const Milliseconds whole = std::min(kLongest, kFirst * (1 << std::min<std::size_t>(n - 1, 6)));
  return whole / 2 + jitter.below(whole / 2);
}

}  // namespace gatehouse::breaker
