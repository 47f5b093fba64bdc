#include "gateway/breaker/breaker.hpp"

#include <gtest/gtest.h>

namespace gatehouse::breaker {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// A breaker and its time.
struct Rig {
  explicit Rig(BreakerOptions options = {}) : breaker(options, 1) {}
  void fail(int times = 1) {
    for (int i = 0; i < times; ++i) breaker.failed(breaker.admit(now).value(), now);
  }
  void succeed(int times = 1) {
    for (int i = 0; i < times; ++i) breaker.succeeded(breaker.admit(now).value(), now);
  }
  [[nodiscard]] bool refuses() { return !breaker.admit(now); }
  void wait_out() { now = breaker.open_until(); }

  Breaker breaker;
  TimePoint now{seconds(1000)};
};

TEST(Breaker, OpensAfterSoManyFailuresInARow) {
  Rig rig;
  rig.fail(4);
  rig.succeed();
  rig.fail(4);
  EXPECT_EQ(rig.breaker.state(), BreakerState::closed);
  rig.fail();
  EXPECT_EQ(rig.breaker.state(), BreakerState::open);
  EXPECT_TRUE(rig.refuses());
  EXPECT_EQ(rig.breaker.refused(), 1u);
}

TEST(Breaker, OpensWhenTooManyOfEnoughCallsFail) {
  Rig rig({.failures = 0, .error_rate = 50, .min_calls = 20});
  for (int i = 0; i < 9; ++i) rig.fail(), rig.succeed();
  rig.fail();
  EXPECT_EQ(rig.breaker.state(), BreakerState::closed) << "19 calls are not enough";
  rig.fail();
  EXPECT_EQ(rig.breaker.state(), BreakerState::open);
}

TEST(Breaker, ForgetsFailuresThatAreOlderThanItsWindow) {
  Rig rig({.failures = 0, .error_rate = 50, .min_calls = 4, .window = seconds(10)});
  rig.fail(3);
  rig.now += seconds(11);
  rig.fail(3);
  EXPECT_EQ(rig.breaker.state(), BreakerState::closed);
  rig.fail();
  EXPECT_EQ(rig.breaker.state(), BreakerState::open);
}

TEST(Breaker, LetsOneCallTryAfterThePauseAndRefusesTheOthers) {
  Rig rig;
  rig.fail(5);
  rig.now += milliseconds(14'999);
  EXPECT_TRUE(rig.refuses());
  rig.wait_out();
  const auto trial = rig.breaker.admit(rig.now);
  ASSERT_TRUE(trial);
  EXPECT_EQ(rig.breaker.state(), BreakerState::half_open);
  EXPECT_TRUE(rig.refuses());
  rig.breaker.succeeded(*trial, rig.now);
  EXPECT_EQ(rig.breaker.state(), BreakerState::closed);
  EXPECT_FALSE(rig.refuses());
}

TEST(Breaker, NeedsAsManySuccessesAsItLetsTry) {
  Rig rig({.probes = 2});
  rig.fail(5);
  rig.wait_out();
  rig.succeed();
  EXPECT_EQ(rig.breaker.state(), BreakerState::half_open);
  rig.succeed();
  EXPECT_EQ(rig.breaker.state(), BreakerState::closed);
}

TEST(Breaker, PausesTwiceAsLongEachTimeUpToTheLongest) {
  Rig rig({.open_for = seconds(10), .max_open_for = seconds(30)});
  rig.fail(5);
  for (const auto pause : {seconds(10), seconds(20), seconds(30), seconds(30)}) {
    const auto left = rig.breaker.open_until() - rig.now;
    EXPECT_GE(left, pause);
    EXPECT_LE(left, pause + pause / 10);
    rig.wait_out();
    rig.fail();
  }
}

TEST(Breaker, RemembersItsPauseOnlyForServersThatRelapseAtOnce) {
  Rig rig({.open_for = seconds(10), .max_open_for = seconds(80)});
  rig.fail(5);
  rig.wait_out();
  rig.succeed();
  rig.fail(5);
  EXPECT_GE(rig.breaker.open_until() - rig.now, seconds(20));
  rig.wait_out();
  rig.succeed();
  rig.now += seconds(21);
  rig.fail(5);
  EXPECT_LE(rig.breaker.open_until() - rig.now, seconds(11));
}

TEST(Breaker, IsNotWedgedByATrialThatNeverReturns) {
  Rig rig;
  rig.fail(5);
  rig.wait_out();
  const auto lost = rig.breaker.admit(rig.now);
  ASSERT_TRUE(lost);
  rig.now += milliseconds(14'999);
  EXPECT_TRUE(rig.refuses());
  rig.now += milliseconds(1);
  const auto next = rig.breaker.admit(rig.now);
  ASSERT_TRUE(next);
  rig.breaker.succeeded(*lost, rig.now);  // late, and good news all the same
  EXPECT_EQ(rig.breaker.state(), BreakerState::closed);
}

TEST(Breaker, GivesThePlaceOfAnAbandonedTrialToTheNextCall) {
  Rig rig;
  rig.fail(5);
  rig.wait_out();
  const auto trial = rig.breaker.admit(rig.now);
  ASSERT_TRUE(trial);
  rig.breaker.abandoned(*trial);
  EXPECT_TRUE(rig.breaker.admit(rig.now));
}

TEST(Breaker, IgnoresResultsOfCallsFromBeforeAChange) {
  Rig rig;
  const auto old_good = rig.breaker.admit(rig.now), old_bad = rig.breaker.admit(rig.now);
  rig.fail(5);
  rig.breaker.succeeded(*old_good, rig.now);
  EXPECT_EQ(rig.breaker.state(), BreakerState::open);
  rig.wait_out();
  rig.succeed();
  for (int i = 0; i < 10; ++i) rig.breaker.failed(*old_bad, rig.now);
  EXPECT_EQ(rig.breaker.state(), BreakerState::closed);
}

TEST(Breaker, WaitsForACheckBeforeItLetsCallsTry) {
  Rig rig;
  rig.fail(5);
  EXPECT_FALSE(rig.breaker.begin_check(rig.now, seconds(5)));
  rig.wait_out();
  ASSERT_TRUE(rig.breaker.begin_check(rig.now, seconds(5)));
  EXPECT_TRUE(rig.refuses());
  EXPECT_TRUE(rig.breaker.refuses());
  rig.breaker.check_passed(rig.now);
  EXPECT_FALSE(rig.breaker.refuses());
  rig.succeed();
  EXPECT_EQ(rig.breaker.state(), BreakerState::closed);
}

TEST(Breaker, LeavesTheFirstTryAfterAPauseToACheck) {
  Breaker breaker({.failures = 1}, 1, seconds(1));
  TimePoint now{seconds(1000)};
  breaker.failed(*breaker.admit(now), now);
  now = breaker.open_until();
  EXPECT_FALSE(breaker.admit(now));
  EXPECT_EQ(breaker.state(), BreakerState::open);
  EXPECT_FALSE(breaker.admit(now + milliseconds(999)));
  EXPECT_TRUE(breaker.begin_check(now + milliseconds(999), seconds(5)));
  breaker.check_failed(now + seconds(1));
  EXPECT_TRUE(breaker.admit(breaker.open_until() + seconds(1))) << "nobody waits for a check that does not come";
}

TEST(Breaker, OpensAgainWhenTheCheckFailsAndDoesNotWaitForOneThatIsLost) {
  Rig rig;
  rig.fail(5);
  rig.wait_out();
  ASSERT_TRUE(rig.breaker.begin_check(rig.now, seconds(5)));
  rig.breaker.check_failed(rig.now);
  EXPECT_EQ(rig.breaker.state(), BreakerState::open);
  EXPECT_GE(rig.breaker.open_until() - rig.now, seconds(30));
  rig.wait_out();
  ASSERT_TRUE(rig.breaker.begin_check(rig.now, seconds(5)));
  rig.now += seconds(5);
  EXPECT_FALSE(rig.refuses());
}

TEST(Breaker, HalfOpensEarlyAndClosesWithoutCallsByChecksThatPass) {
  Rig rig;
  rig.fail(5);
  rig.breaker.check_passed(rig.now);
  EXPECT_EQ(rig.breaker.state(), BreakerState::half_open);
  rig.breaker.check_passed(rig.now);
  EXPECT_EQ(rig.breaker.state(), BreakerState::closed);
}

TEST(Breaker, WaitsForItsPauseWhereACallFailedRightAfterAPassedCheck) {
  Rig rig;
  rig.fail(5);
  rig.breaker.check_passed(rig.now);
  rig.fail();
  rig.breaker.check_passed(rig.now);
  EXPECT_EQ(rig.breaker.state(), BreakerState::open);
  rig.wait_out();
  rig.succeed();
  EXPECT_EQ(rig.breaker.state(), BreakerState::closed);
}

TEST(Breaker, OpenedByChecksIsClosedByTheFirstOneThatPasses) {
  Rig rig;
  rig.breaker.trip(rig.now);
  EXPECT_EQ(rig.breaker.state(), BreakerState::open);
  rig.breaker.check_passed(rig.now);
  EXPECT_EQ(rig.breaker.state(), BreakerState::closed);
}

TEST(Breaker, TellsWhenToTryAgain) {
  Rig rig;
  rig.fail(5);
  EXPECT_GE(rig.breaker.retry_after(rig.now), seconds(15));
  EXPECT_LE(rig.breaker.retry_after(rig.now), milliseconds(16'500));
  rig.wait_out();
  EXPECT_EQ(rig.breaker.retry_after(rig.now), milliseconds(1));
}

TEST(Breaker, CountsItsTransitions) {
  Rig rig;
  rig.fail(5);
  rig.wait_out();
  rig.succeed();
  EXPECT_EQ(rig.breaker.transitions(), (std::array<std::uint64_t, 3>{1, 1, 1}));
}

TEST(Breaker, NeverRefusesWhenItIsOff) {
  Rig rig({.enabled = false});
  rig.fail(1000);
  rig.breaker.trip(rig.now);
  EXPECT_EQ(rig.breaker.state(), BreakerState::closed);
  EXPECT_EQ(rig.breaker.lately(rig.now).failed, 1000u);
}

}  // namespace
}  // namespace gatehouse::breaker
