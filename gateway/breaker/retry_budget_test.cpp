#include "gateway/breaker/retry_budget.hpp"

#include <gtest/gtest.h>

namespace gatehouse::breaker {
namespace {

int taken(RetryBudget& budget, TimePoint now) {
  int count = 0;
  while (budget.take(now) && count < 10'000) ++count;
  return count;
}

TEST(RetryBudget, IsAFractionOfTheCallsThatSucceeded) {
  RetryBudget budget({.budget = 20, .min_per_second = 0});
  const TimePoint now{Milliseconds{60'000}};
  EXPECT_EQ(taken(budget, now), 0);
  for (int i = 0; i < 1000; ++i) budget.succeeded(now);
  EXPECT_EQ(taken(budget, now), 200);
  EXPECT_EQ(taken(budget, now + Milliseconds{9'000}), 0) << "spent";
  EXPECT_EQ(taken(budget, now + Milliseconds{20'000}), 0) << "and nothing succeeded since";
}

TEST(RetryBudget, LeavesAFewRetriesToQuietServers) {
  RetryBudget budget({.budget = 20, .min_per_second = 2});
  const TimePoint now{Milliseconds{60'000}};
  EXPECT_EQ(taken(budget, now), 20);
  EXPECT_EQ(taken(budget, now + RetryBudget::kWindow), 20);
}

TEST(RetryBudget, BoundsTheLoadOfAServerWhereEverythingFails) {
  RetryBudget budget({.budget = 20, .min_per_second = 1});
  int retries = 0;
  for (int second = 0; second < 60; ++second)
    for (int call = 0; call < 100; ++call)
      retries += budget.take(TimePoint{Milliseconds{second * 1000 + call}}) ? 1 : 0;
  EXPECT_LE(retries, 70);  // of 6000
  EXPECT_GE(retries, 50);
}

TEST(RetryDelay, DoublesUpToASecondAndIsNeverTheSame) {
  Jitter jitter(3);
  for (std::size_t n = 1; n <= 100; ++n) {
    const Milliseconds most = std::min(Milliseconds{1000}, Milliseconds{25} * (1 << std::min<std::size_t>(n - 1, 10)));
    const Milliseconds delay = retry_delay(n, jitter);
    EXPECT_GE(delay, most / 2);
    EXPECT_LE(delay, most);
  }
  EXPECT_NE(retry_delay(9, jitter), retry_delay(9, jitter));
}

}  // namespace
}  // namespace gatehouse::breaker
