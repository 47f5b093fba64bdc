#include "gateway/breaker/outcome_window.hpp"

#include <algorithm>

namespace gatehouse::breaker {

void OutcomeWindow::advance(TimePoint now) {
  const auto passed = static_cast<std::uint64_t>((now - end_) / width_) + 1;
  for (std::uint64_t i = 0; i < std::min<std::uint64_t>(passed, kBuckets); ++i) {
    newest_ = (newest_ + 1) % kBuckets;
    buckets_[newest_] = {};
  }
  end_ += width_ * static_cast<Clock::rep>(passed);
}

OutcomeWindow::Totals OutcomeWindow::totals(TimePoint now) {
  if (now >= end_) advance(now);
  Totals sum;
  for (const Totals& bucket : buckets_) sum.ok += bucket.ok, sum.failed += bucket.failed;
  return sum;
}

}  // namespace gatehouse::breaker
