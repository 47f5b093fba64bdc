// When calls are due.
#pragma once

#include <cstdint>
#include <optional>

namespace loadgen {

/// A point or length of time on the monotonic clock.
using Nanoseconds = std::int64_t;

/// How long one run lasts.
struct Plan {
  double warm_up_seconds = 0;
  double seconds = 0;       ///< of sending, when `count` is 0
  std::uint64_t count = 0;  ///< calls to send after the warm-up
};

/// Decides when the next call may be sent; time arrives as an argument.
///
/// Closed loop (rate 0): a call is due at any time until the plan ends, so each connection sends its next call when
/// its last was answered. Open loop: call k is due at start + k / rate, whatever the answers do.
class Schedule {
 public:
  Schedule(const Plan& plan, double rate, Nanoseconds start);

  /// The time for which the next call was planned, if it is due now.
  [[nodiscard]] std::optional<Nanoseconds> due(Nanoseconds now) const;
  /// The call that due() offered is being sent.
  void take(Nanoseconds planned);
  /// No call will become due any more.
  [[nodiscard]] bool is_over(Nanoseconds now) const;
  /// How long until a call becomes due; 0 in a closed loop.
  [[nodiscard]] Nanoseconds wait(Nanoseconds now) const;
  /// Calls that an open loop had planned and nobody took; 0 in a closed loop.
  [[nodiscard]] std::uint64_t left(Nanoseconds now) const;

  [[nodiscard]] bool is_measured(Nanoseconds planned) const { return planned >= measuring_from_; }
  [[nodiscard]] Nanoseconds measuring_from() const { return measuring_from_; }
  /// When the last call is due; unknown, and then the largest value, in a closed loop with a count.
  [[nodiscard]] Nanoseconds end() const { return end_; }

 private:
  [[nodiscard]] bool is_open_loop() const { return period_ > 0; }
  [[nodiscard]] Nanoseconds next_planned() const;

  Nanoseconds start_;
  Nanoseconds measuring_from_;
  Nanoseconds end_;
  double period_ = 0;  // nanoseconds between planned calls
  std::uint64_t count_;
  std::uint64_t taken_ = 0;
  std::uint64_t taken_measured_ = 0;
};

}  // namespace loadgen
