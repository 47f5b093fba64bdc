#pragma once
#include <chrono>

namespace gatehouse {

/// Monotonic time: deadlines, durations. Engines get it as an argument and never ask for it.
using Clock = std::chrono::steady_clock;
using TimePoint = Clock::time_point;
using Milliseconds = std::chrono::milliseconds;

}  // namespace gatehouse
