#include "gateway/bridge/progress.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include <gatehouse/json/value.hpp>

namespace gatehouse::bridge {

Clock::duration ProgressGate::pause() const {
  return std::chrono::duration_cast<Clock::duration>(std::chrono::seconds(1)) / std::max(per_second_, 1U);
}

ProgressGate::Decision ProgressGate::offer(std::string_view value, TimePoint now) {
  double number = 0;
  const auto [end, status] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (value.empty() || status != std::errc{} || end != value.data() + value.size()) return Decision::drop;
  number += offset_;
  if (!std::isfinite(number) || (last_ && number <= *last_)) return Decision::drop;
  last_ = number;
  // A second's worth may come at once, so that short work shows every step; then they come at the rate.
  const auto ahead = pause() * (std::max(per_second_, 1U) - 1);
  if (per_second_ > 0 && next_ && now + ahead < *next_) {
    due_ = *next_ - ahead;
    return Decision::hold;
  }
  sent(now);
  return Decision::send;
}

void ProgressGate::sent(TimePoint now) {
  next_ = std::max(next_.value_or(now), now) + pause();
  due_.reset();
}

std::string ProgressGate::nudge(TimePoint now) {
  constexpr double kStep = 0.001;
  last_ = last_.value_or(0) + kStep;
  sent(now);
  return json::Value(*last_).str();
}

std::string ProgressGate::shown() const {
  if (offset_ == 0 || !last_) return {};
  return json::Value(*last_).str();
}

}  // namespace gatehouse::bridge
