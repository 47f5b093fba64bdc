#pragma once
#include <chrono>

#include <gatehouse/base/time.hpp>
#include <gatehouse/base/wall_clock.hpp>

namespace gatehouse::identity {

/// What time it is, for what happens without a request: keys that are fetched, answers that come late. Tests have their own.
class TimeSource {
 public:
  virtual ~TimeSource() = default;
  [[nodiscard]] virtual TimePoint steady() const { return Clock::now(); }
  [[nodiscard]] virtual std::chrono::sys_time<Milliseconds> wall() const { return wall_clock<Milliseconds>(); }
};

/// The system's clocks.
[[nodiscard]] inline const TimeSource& system_time() {
  static const TimeSource source;
  return source;
}

}  // namespace gatehouse::identity
