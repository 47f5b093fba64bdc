#include <gatehouse/net/timers.hpp>

#include <map>
#include <memory>
#include <random>
#include <vector>

#include <gtest/gtest.h>

namespace gatehouse::net {
namespace {

using std::chrono::milliseconds;

TimePoint g_now;  // Timers takes a plain function as its clock

struct TimersTest : testing::Test {
  TimersTest() { g_now = start; }
  void advance(milliseconds by) {
    g_now += by;
    timers.advance(g_now);
  }
  const TimePoint start{std::chrono::hours{1}};
  Timers timers{start, [] { return g_now; }};
};

TEST_F(TimersTest, FiresOnceWhenTheTimeIsUp) {
  Timer timer(timers);
  int fired = 0;
  timer.arm(milliseconds{100}, [&] { ++fired; });
  advance(milliseconds{99});
  EXPECT_EQ(fired, 0);
  advance(milliseconds{1});
  EXPECT_EQ(fired, 1);
  EXPECT_FALSE(timer.armed());
  advance(milliseconds{1000});
  EXPECT_EQ(fired, 1);
  EXPECT_EQ(timers.armed(), 0u);
}

TEST_F(TimersTest, IsNeverEarlyAndLateByATickAtMost) {
  advance(milliseconds{7});
  Timer timer(timers);
  bool fired = false;
  timer.arm(milliseconds{100}, [&] { fired = true; });
  advance(milliseconds{99});
  EXPECT_FALSE(fired);
  advance(Timers::kTick + milliseconds{1});
  EXPECT_TRUE(fired);
}

TEST_F(TimersTest, DisarmedAndDestroyedTimersStaySilent) {
  Timer disarmed(timers);
  disarmed.arm(milliseconds{40}, [] { FAIL(); });
  {
    Timer destroyed(timers);
    destroyed.arm(milliseconds{40}, [] { FAIL(); });
    EXPECT_EQ(timers.armed(), 2u);
  }
  disarmed.disarm();
  EXPECT_EQ(timers.armed(), 0u);
  EXPECT_FALSE(timers.next_due());
  advance(milliseconds{100});
}

TEST_F(TimersTest, ReArmingReplacesTheAction) {
  Timer timer(timers);
  int which = 0;
  timer.arm(milliseconds{40}, [&] { which = 1; });
  timer.arm(milliseconds{80}, [&] { which = 2; });
  advance(milliseconds{60});
  EXPECT_EQ(which, 0);
  advance(milliseconds{20});
  EXPECT_EQ(which, 2);
}

TEST_F(TimersTest, AnActionMayArmItsTimerAgain) {
  Timer timer(timers);
  int fired = 0;
  timer.arm(milliseconds{20}, [&] {
    ++fired;
    timer.arm(milliseconds{20}, [&] { ++fired; });
  });
  advance(milliseconds{20});
  EXPECT_EQ(fired, 1);
  advance(milliseconds{20});
  EXPECT_EQ(fired, 2);
}

TEST_F(TimersTest, AnActionMayDestroyOtherDueTimers) {
  auto first = std::make_unique<Timer>(timers);
  auto second = std::make_unique<Timer>(timers);
  int fired = 0;
  first->arm(milliseconds{20}, [&] { ++fired, second.reset(); });
  second->arm(milliseconds{20}, [&] { ++fired, first.reset(); });
  advance(milliseconds{20});
  EXPECT_EQ(fired, 1);
  EXPECT_EQ(timers.armed(), 0u);
}

TEST_F(TimersTest, KeepsTimersThatAreMoreThanATurnOfTheWheelAway) {
  Timer timer(timers);
  bool fired = false;
  timer.arm(std::chrono::minutes{5}, [&] { fired = true; });
  advance(std::chrono::minutes{5} - milliseconds{1});
  EXPECT_FALSE(fired);
  advance(milliseconds{1});
  EXPECT_TRUE(fired);
}

TEST_F(TimersTest, AsksForTheClockOnlyWhenATimerIsDueBeforeThePlan) {
  int asked = 0;
  timers.on_needed([&] { ++asked; });
  Timer late(timers), early(timers);
  late.arm(milliseconds{500}, [] {});
  EXPECT_EQ(asked, 1);
  timers.plan(*timers.next_due());
  EXPECT_EQ(*timers.next_due(), start + milliseconds{500});
  late.arm(milliseconds{600}, [] {});
  EXPECT_EQ(asked, 1);
  early.arm(milliseconds{200}, [] {});
  EXPECT_EQ(asked, 2);
  EXPECT_EQ(*timers.next_due(), start + milliseconds{200});
}

TEST_F(TimersTest, RequestsCancellationAtTheDeadline) {
  Cancel cancel;
  Deadline deadline(timers, milliseconds{100}, cancel);
  deadline.extend(milliseconds{200}, cancel);
  advance(milliseconds{180});
  EXPECT_FALSE(cancel.requested());
  advance(milliseconds{20});
  EXPECT_EQ(cancel.reason(), CancelReason::timed_out);
}

// The wheel against the obvious version, a sorted map, driven only by next_due().
TEST_F(TimersTest, AgreesWithASortedListOfDeadlines) {
  std::mt19937 random(7);
  std::vector<std::unique_ptr<Timer>> wheel;
  std::multimap<TimePoint, int> expected;
  std::map<int, TimePoint> fired;
  for (int i = 0; i < 400; ++i) {
    const milliseconds delay{static_cast<int>(random() % 60'000)};
    wheel.push_back(std::make_unique<Timer>(timers));
    wheel.back()->arm(delay, [&fired, i] { fired[i] = g_now; });
    expected.emplace(start + delay, i);
  }
  while (const auto due = timers.next_due()) {
    ASSERT_GT(*due, g_now);
    g_now = *due;
    timers.advance(g_now);
  }
  ASSERT_EQ(fired.size(), 400u);
  for (const auto& [when, i] : expected) {
    EXPECT_GE(fired[i], when);
    EXPECT_LT(fired[i], when + 2 * Timers::kTick);
  }
}

}  // namespace
}  // namespace gatehouse::net
