#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>

#include <gatehouse/base/cancel.hpp>
#include <gatehouse/base/time.hpp>

namespace gatehouse::net {

class Timers;

/// An action in the future. Arming and disarming cost a few pointer writes and no system call. Disarms itself when destroyed.
class Timer {
 public:
  explicit Timer(Timers& timers) : timers_(timers) {}
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;
  ~Timer() { disarm(); }

  /// Runs `action` once, `delay` from now, rounded up to the next tick. Re-arming replaces the earlier action.
  void arm(Milliseconds delay, std::move_only_function<void()> action);
  void disarm();
  [[nodiscard]] bool armed() const { return prev_ != nullptr; }

 private:
  friend Timers;
  Timers& timers_;
  Timer* next_ = nullptr;
  Timer** prev_ = nullptr;  // the pointer that points here
  std::uint64_t due_tick_ = 0;
  std::move_only_function<void()> action_;
};

/// A coarse timing wheel: one per loop, one tick source for every deadline of that loop. Pure but for the clock it is given.
class Timers {
 public:
  static constexpr Milliseconds kTick{20};
  using Now = TimePoint (*)();

  explicit Timers(TimePoint start, Now now = &Clock::now) : start_(start), now_(now) {}
  Timers(const Timers&) = delete;
  Timers& operator=(const Timers&) = delete;

  /// Runs what is due at `now`, in no particular order within one call.
  void advance(TimePoint now);
  [[nodiscard]] std::size_t armed() const { return armed_; }
  /// The current time as the wheel sees it; stale while nothing is armed.
  [[nodiscard]] TimePoint last_advance() const;

  /// When `advance` has to be called next, at the latest; none while nothing is armed.
  [[nodiscard]] std::optional<TimePoint> next_due() const;
  /// Says when `advance` will be called next; `TimePoint::max()`: not at all.
  void plan(TimePoint wake);
  /// Called when a timer is armed that is due before the planned time.
  void on_needed(std::move_only_function<void()> wake) { needed_ = std::move(wake); }

 private:
  friend Timer;
  static constexpr std::size_t kSlots = 1024;
  static constexpr std::size_t kWords = kSlots / 64;
  static constexpr std::uint64_t kNever = ~std::uint64_t{0};
  void link(Timer& timer, Milliseconds delay);
  void unlink(Timer& timer);
  void take_due(Timer* slot, Timer*& due);
  static void push(Timer*& list, Timer& timer);

  TimePoint start_;
  Now now_;
  std::uint64_t tick_ = 0;
  std::uint64_t planned_tick_ = kNever;
  std::size_t armed_ = 0;
  std::array<Timer*, kSlots> slots_{};
  std::array<std::uint64_t, kWords> occupied_{};  // one bit per slot that holds timers
  std::move_only_function<void()> needed_;
};

/// Requests cancellation with `timed_out` when the time is up.
class Deadline {
 public:
  Deadline(Timers& timers, Milliseconds time, Cancel& cancel) : timer_(timers) { extend(time, cancel); }
  void extend(Milliseconds time, Cancel& cancel) {
    timer_.arm(time, [&cancel] { cancel.request(CancelReason::timed_out); });
  }

 private:
  Timer timer_;
};

}  // namespace gatehouse::net
