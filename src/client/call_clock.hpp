#pragma once
#include <algorithm>

#include <gatehouse/base/cancel.hpp>
#include <gatehouse/base/time.hpp>
#include <gatehouse/client/link.hpp>
#include <gatehouse/net/timers.hpp>

namespace gatehouse::client {

/// The time limits of one request: the longest silence, which every sign of life restarts, and the longest time at all. The first
/// silence may have a limit of its own.
/// Rule: 2025-11-25 basic/lifecycle, "Timeouts" (LF-112).
class CallClock {
 public:
  CallClock(net::Timers& timers, const Request& request, Cancel& cancel)
      : timer_(timers),
        idle_(request.idle_timeout),
        silence_(request.first_timeout > Milliseconds{0} ? std::min(request.first_timeout, idle_) : idle_),
        cancel_(cancel),
        heard_(Clock::now()),
        end_(heard_ + request.max_timeout) {
    arm(heard_);
  }
  void heard() {
    heard_ = Clock::now();
    silence_ = idle_;
  }
  /// The answer has begun, though nothing of it can be read yet.
  void begun() {
    if (silence_ != idle_) heard();
  }

  /// Stands still while the server waits for an answer of ours: people have their own time limit (GB-211).
  void hold() {
    if (holds_++ == 0) held_since_ = Clock::now();
  }
  void release() {
    if (--holds_ > 0) return;
    heard();
    end_ += heard_ - held_since_;
  }

 private:
  void arm(TimePoint now) {
    const TimePoint due = holds_ > 0 ? now + idle_ : std::min(heard_ + silence_, end_);
    if (due <= now) return cancel_.request(CancelReason::timed_out);
    timer_.arm(std::chrono::ceil<Milliseconds>(due - now), [this] { arm(Clock::now()); });
  }
  net::Timer timer_;
  Milliseconds idle_, silence_;
  Cancel& cancel_;
  TimePoint heard_, end_, held_since_;
  int holds_ = 0;
};

/// The error of a request that was given up.
[[nodiscard]] inline Error given_up(const Cancel& cancel) {
  if (cancel.reason() == CancelReason::timed_out) {
    return {Kind::timed_out, Origin::upstream, "The server did not answer in time."};
  }
  return {Kind::cancelled, Origin::client, "The request was cancelled."};
}

}  // namespace gatehouse::client
