#include "gateway/upstream/guard.hpp"

#include <gtest/gtest.h>

#include <gatehouse/base/wildcard.hpp>
#include <gatehouse/json/value.hpp>

namespace gatehouse::upstream {
namespace {

using breaker::BreakerState;
using std::chrono::seconds;

TimePoint the_time{seconds(1000)};
TimePoint now() { return the_time; }

Error broken() { return {Kind::timed_out, Origin::upstream, "The server did not answer in time.", "secret detail"}; }

struct Rig {
  explicit Rig(Options o = {}) : options(std::move(o)), guard(options, 1) {
    options.name = "crm";
    the_time = TimePoint{seconds(1000)};
    guard.heard(the_time);
  }
  void fail(int times = 1, const Error& error = broken()) {
    for (int i = 0; i < times; ++i) guard.failed(guard.admit(&now).value(), error, the_time, the_time);
  }
  Options options;
  Guard guard;
};

Options program() {
  Options options;
  options.command = "server";
  return options;
}

TEST(Guard, RefusesWithAnErrorThatSaysWhoWhyAndWhenToTryAgain) {
  Rig rig;
  rig.fail(5);
  const auto refused = rig.guard.admit(&now);
  ASSERT_FALSE(refused);
  const Error& error = refused.error();
  EXPECT_EQ(error.kind, Kind::unavailable);
  EXPECT_EQ(error.retry.when, Retry::When::later);
  EXPECT_GE(error.retry.after, seconds(15));
  EXPECT_NE(error.message.find("\"crm\""), std::string::npos);
  const auto data = json::parse(error.data);
  ASSERT_TRUE(data);
  EXPECT_EQ(data->text("server"), "crm");
  EXPECT_EQ(data->text("state"), "open");
  EXPECT_EQ(data->find("retryAfterMs")->str(), std::to_string(error.retry.after.count()));
  EXPECT_EQ(data->find("gatehouse")->find("retryable")->str(), "true");
}

TEST(Guard, KeepsTheLastErrorForOperatorsWithoutItsDetail) {
  Rig rig;
  rig.fail();
  EXPECT_EQ(rig.guard.last_error(), "The server did not answer in time.");
}

TEST(Guard, TakesNoOffenceAtWhatClientsDo) {
  Rig rig;
  rig.fail(100, {Kind::cancelled, Origin::client, "gone"});
  rig.fail(100, {Kind::limit_exceeded, Origin::gateway, "too many"});
  EXPECT_EQ(rig.guard.breaker().state(), BreakerState::closed);
  EXPECT_FALSE(rig.guard.breaker().suspects());
}

TEST(Guard, CountsCallsThatAreLostTogetherOnce) {
  Rig rig;
  const Error lost{Kind::outcome_unknown, Origin::upstream, "gone"};
  const TimePoint began = the_time;
  for (int crash = 0; crash < 4; ++crash) {
    const TimePoint start = the_time += seconds(1);
    the_time += seconds(1);
    for (int i = 0; i < 100; ++i) rig.guard.failed(*rig.guard.admit(&now), lost, start, the_time);
  }
  EXPECT_EQ(rig.guard.breaker().state(), BreakerState::closed);
  rig.guard.failed(*rig.guard.admit(&now), lost, began, the_time);
  EXPECT_EQ(rig.guard.breaker().state(), BreakerState::closed) << "it had waited longest";
  the_time += seconds(1);
  rig.guard.failed(*rig.guard.admit(&now), lost, the_time, the_time);
  EXPECT_EQ(rig.guard.breaker().state(), BreakerState::open);
}

TEST(Guard, CountsEachCallThatTimesOut) {
  Rig rig;
  const TimePoint start = the_time;
  the_time += seconds(60);
  for (int i = 0; i < 5; ++i) rig.guard.failed(*rig.guard.admit(&now), broken(), start, the_time);
  EXPECT_EQ(rig.guard.breaker().state(), BreakerState::open);
}

TEST(Guard, SaysOnceThatTheBreakerChanged) {
  Rig rig;
  EXPECT_FALSE(rig.guard.changed());
  rig.fail(5);
  EXPECT_TRUE(rig.guard.changed());
  EXPECT_FALSE(rig.guard.changed());
}

TEST(Guard, RepeatsWithinItsBoundsOnly) {
  Rig rig;
  const Error lost{Kind::outcome_unknown, Origin::upstream, "gone"};
  const Milliseconds long_time{60'000};
  EXPECT_TRUE(rig.guard.retry_after(lost, 1, long_time, the_time));
  EXPECT_FALSE(rig.guard.retry_after(lost, 2, long_time, the_time)) << "one retry is configured";
  EXPECT_FALSE(rig.guard.retry_after(lost, 1, Milliseconds{5}, the_time)) << "past the call's deadline";
  EXPECT_FALSE(rig.guard.retry_after({Kind::cancelled, Origin::client, ""}, 1, long_time, the_time));
  Error busy{Kind::unavailable, Origin::upstream, "busy"};
  busy.retry = Retry::later(Milliseconds{2'000});
  EXPECT_GE(rig.guard.retry_after(busy, 1, long_time, the_time), Milliseconds{2'000}) << "the server knows best";
  busy.retry = Retry::later(Milliseconds{20'000});
  EXPECT_FALSE(rig.guard.retry_after(busy, 1, long_time, the_time)) << "nobody waits so long unasked";
}

TEST(Guard, StopsRepeatingWhenTheBudgetIsSpent) {
  Rig rig;
  const Error lost{Kind::outcome_unknown, Origin::upstream, "gone"};
  int repeated = 0;
  for (int i = 0; i < 100; ++i) repeated += rig.guard.retry_after(lost, 1, seconds(60), the_time) ? 1 : 0;
  EXPECT_EQ(repeated, 10);  // one a second over ten seconds
  EXPECT_EQ(rig.guard.counters().retries, 10u);
  EXPECT_EQ(rig.guard.counters().retries_refused, 90u);
}

TEST(GuardChecks, AreDueAtAddressesThatSaidNothingForLong) {
  Rig rig;
  EXPECT_EQ(rig.guard.check_due(), the_time + seconds(30));
  the_time += seconds(20);
  rig.guard.succeeded(*rig.guard.admit(&now), the_time);
  EXPECT_EQ(rig.guard.check_due(), the_time + seconds(30));
}

TEST(GuardChecks, LeaveProgramsAloneThatGaveNoReasonForDoubt) {
  Rig rig(program());
  EXPECT_EQ(rig.guard.check_due(), TimePoint::max());
  rig.fail();
  EXPECT_EQ(rig.guard.check_due(), the_time + seconds(30));
}

TEST(GuardChecks, AreNotMadeWhenTheyAreOffButForThePauseOfTheBreaker) {
  Options options;
  options.health_check.enabled = false;
  Rig rig(options);
  EXPECT_EQ(rig.guard.check_due(), TimePoint::max());
  rig.fail(5);
  EXPECT_EQ(rig.guard.check_due(), rig.guard.breaker().open_until());
}

TEST(GuardChecks, ThatFailInARowOpenTheBreakerAndTheNextOneClosesIt) {
  Rig rig;
  for (int i = 0; i < 3; ++i) {
    EXPECT_FALSE(rig.guard.unhealthy());
    the_time = rig.guard.check_due();
    rig.guard.begin_check(the_time);
    rig.guard.check_failed(broken(), the_time);
  }
  EXPECT_TRUE(rig.guard.unhealthy());
  EXPECT_EQ(rig.guard.breaker().state(), BreakerState::open);
  EXPECT_LE(the_time, TimePoint{seconds(1040)}) << "after the first failure the others follow soon";
  rig.guard.check_passed(the_time);
  EXPECT_FALSE(rig.guard.unhealthy());
  EXPECT_EQ(rig.guard.breaker().state(), BreakerState::closed);
}

TEST(GuardChecks, AreDueWhenAPauseIsOverAndDecideFirst) {
  Rig rig;
  rig.fail(5);
  the_time = rig.guard.check_due();
  EXPECT_EQ(the_time, rig.guard.breaker().open_until());
  rig.guard.begin_check(the_time);
  EXPECT_FALSE(rig.guard.admit(&now));
  EXPECT_TRUE(rig.guard.refuses());
  rig.guard.check_passed(the_time);
  EXPECT_TRUE(rig.guard.admit(&now));
}

TEST(RetrySafe, MatchesNamesWithStars) {
  EXPECT_TRUE(matches_wildcards("get_issue", "get_issue"));
  EXPECT_FALSE(matches_wildcards("get_issue", "get_issues"));
  EXPECT_TRUE(matches_wildcards("get_*", "get_"));
  EXPECT_TRUE(matches_wildcards("*", ""));
  EXPECT_TRUE(matches_wildcards("*_a*b", "x_a_a_xb"));
  EXPECT_FALSE(matches_wildcards("*_a*b", "x_a_a_xbc"));
  EXPECT_FALSE(matches_wildcards("get_*", "GET_x"));
  EXPECT_FALSE(matches_wildcards("", "x"));
  EXPECT_TRUE(matches_wildcards("**", "anything"));
}

}  // namespace
}  // namespace gatehouse::upstream
