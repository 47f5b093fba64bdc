#include "gateway/upstream/health_check.hpp"

namespace gatehouse::upstream {

using breaker::Verdict;

Task<void> HealthCheck::run(Cancel& cancel) {
  const Cancel::Hook stop(cancel, [this] { wake_.notify(); });
  net::Timer timer(parts_.timers);
  while (!cancel.requested()) {
    const TimePoint due = parts_.connected() ? parts_.guard.check_due() : TimePoint::max();
    const TimePoint now = Clock::now();
    if (due <= now) {
      co_await check(cancel);
      continue;
    }
    // Busy servers are heard all the time: looking again when it would have been due is enough.
    if (due != TimePoint::max()) timer.arm(std::chrono::ceil<Milliseconds>(due - now), [this] { wake_.notify(); });
    co_await wake_.wait();
    timer.disarm();
  }
}

Task<void> HealthCheck::check(Cancel& cancel) {
  parts_.guard.begin_check(Clock::now());
  parts_.asking();
  auto answer = co_await parts_.ask(cancel);
  if (cancel.requested()) co_return;
  const Verdict verdict = answer ? Verdict::healthy : breaker::verdict(answer.error());
  if (verdict == Verdict::healthy) parts_.guard.check_passed(Clock::now());
  if (verdict == Verdict::failing) parts_.guard.check_failed(answer.error(), Clock::now());
  parts_.judged(answer);
}

}  // namespace gatehouse::upstream
