#include <gatehouse/base/turnstile.hpp>

#include <vector>

#include <gtest/gtest.h>

#include <gatehouse/base/signal.hpp>
#include <gatehouse/base/task_group.hpp>

namespace gatehouse {
namespace {

Task<void> pass(Turnstile& turnstile, Signal& inside, std::vector<int>& log, int who) {
  const auto held = co_await turnstile.enter();
  log.push_back(who);
  co_await inside.wait();
  log.push_back(-who);
}

TEST(Turnstile, LetsOneThroughAtATimeInTheOrderOfComing) {
  Turnstile turnstile;
  Signal signals[3];
  std::vector<int> log;
  TaskGroup group;
  for (int i = 0; i < 3; ++i) group.spawn(pass(turnstile, signals[i], log, i + 1));
  EXPECT_EQ(log, (std::vector<int>{1}));
  signals[0].notify();
  EXPECT_EQ(log, (std::vector<int>{1, -1, 2}));
  group.spawn(pass(turnstile, signals[0], log, 4));
  signals[1].notify();
  signals[2].notify();
  EXPECT_EQ(log, (std::vector<int>{1, -1, 2, -2, 3, -3, 4}));
  EXPECT_TRUE(turnstile.occupied());
  signals[0].notify();
  EXPECT_FALSE(turnstile.occupied());
  EXPECT_EQ(group.running(), 0u);
}

TEST(Turnstile, IsFreeAgainAfterTheLastOneLeft) {
  Turnstile turnstile;
  Signal signal;
  std::vector<int> log;
  TaskGroup group;
  for (int i = 1; i <= 3; ++i) {
    group.spawn(pass(turnstile, signal, log, i));
    signal.notify();
  }
  EXPECT_EQ(log, (std::vector<int>{1, -1, 2, -2, 3, -3}));
}

}  // namespace
}  // namespace gatehouse
