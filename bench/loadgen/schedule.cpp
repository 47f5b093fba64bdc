#include "schedule.hpp"

#include <algorithm>
#include <limits>

namespace loadgen {
namespace {

Nanoseconds from_seconds(double seconds) { return static_cast<Nanoseconds>(seconds * 1e9); }

}  // namespace

Schedule::Schedule(const Plan& plan, double rate, Nanoseconds start)
    : start_(start),
      measuring_from_(start + from_seconds(plan.warm_up_seconds)),
      end_(measuring_from_ + from_seconds(plan.seconds)),
      period_(rate > 0 ? 1e9 / rate : 0),
      count_(plan.count) {
  if (count_ == 0) return;
  end_ = is_open_loop() ? measuring_from_ + static_cast<Nanoseconds>(static_cast<double>(count_) * period_)
                        : std::numeric_limits<Nanoseconds>::max();
}

Nanoseconds Schedule::next_planned() const {
  return start_ + static_cast<Nanoseconds>(static_cast<double>(taken_) * period_);
}

std::optional<Nanoseconds> Schedule::due(Nanoseconds now) const {
  if (is_over(now)) return {};
  if (!is_open_loop()) return now;
  const Nanoseconds planned = next_planned();
  return planned <= now ? std::optional(planned) : std::nullopt;
}

void Schedule::take(Nanoseconds planned) {
  ++taken_;
  if (is_measured(planned)) ++taken_measured_;
}

bool Schedule::is_over(Nanoseconds now) const {
  if (count_ > 0) return taken_measured_ >= count_;
  return (is_open_loop() ? next_planned() : now) >= end_;
}

Nanoseconds Schedule::wait(Nanoseconds now) const {
  return is_open_loop() ? std::max<Nanoseconds>(0, next_planned() - now) : 0;
}

std::uint64_t Schedule::left(Nanoseconds now) const {
  if (!is_open_loop() || is_over(now)) return 0;
  if (count_ > 0) return count_ - taken_measured_;
  return 1 + static_cast<std::uint64_t>(static_cast<double>(end_ - 1 - next_planned()) / period_);
}

}  // namespace loadgen
