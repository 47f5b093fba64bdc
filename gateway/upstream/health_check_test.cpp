#include "gateway/upstream/health_check.hpp"

#include <gtest/gtest.h>

#include <gatehouse/base/task_group.hpp>
#include <gatehouse/net/loop.hpp>

#include "tests/support/settle.hpp"

namespace gatehouse::upstream {
namespace {

using breaker::BreakerState;

/// A server that answers, or not, as the test wishes.
struct Rig {
  explicit Rig(net::Loop& l)
      : loop(l),
        check({.timers = l.timers(),
               .guard = guard,
               .connected = [this] { return connected; },
               .ask = [this](Cancel& cancel) { return ask(cancel); },
               .asking = [] {},
               .judged = [this](const Result<void>&) { judged.notify(); }}) {
    group.spawn(check.run(group.cancel()));
  }
  Task<Result<void>> ask(Cancel&) {
    ++asked;
    EXPECT_EQ(++running, 1) << "one question at a time";
    co_await test::settle(loop);
    --running;
    if (alive) co_return Result<void>{};
    co_return fail(Kind::timed_out, Origin::upstream, "silence");
  }
  Task<void> rounds(int n) {
    for (int i = 0; i < n; ++i) co_await judged.wait();
  }
  Task<void> end() {
    group.cancel().request(CancelReason::shutting_down);
    co_await group.join();
  }
  static Options options() {
    Options options;
    options.health_check = {.interval = Milliseconds{20}, .timeout = Milliseconds{20}, .unhealthy_after = 2};
    options.breaker.open_for = Milliseconds{100};
    return options;
  }

  net::Loop& loop;
  const Options opts = options();
  Guard guard{opts, 1};
  bool alive = true, connected = true;
  int asked = 0, running = 0;
  Signal judged;
  TaskGroup group;
  HealthCheck check;
};

Task<void> finds_and_forgets(net::Loop& loop, bool& done) {
  Rig rig(loop);
  co_await rig.rounds(2);
  EXPECT_EQ(rig.guard.breaker().state(), BreakerState::closed);
  rig.alive = false;
  co_await rig.rounds(2);
  EXPECT_TRUE(rig.guard.unhealthy());
  EXPECT_EQ(rig.guard.breaker().state(), BreakerState::open);
  rig.alive = true;
  co_await rig.rounds(1);
  EXPECT_FALSE(rig.guard.unhealthy());
  EXPECT_EQ(rig.guard.breaker().state(), BreakerState::closed);
  co_await rig.end();
  done = true;
}

TEST(HealthCheck, FindsAServerThatHangsAndForgivesOneThatIsBack) {
  net::Loop loop;
  bool done = false;
  net::run(loop, finds_and_forgets(loop, done));
  EXPECT_TRUE(done);
}

Task<void> waits_for_connection(net::Loop& loop, bool& done) {
  Rig rig(loop);
  co_await rig.rounds(1);
  rig.connected = false;
  rig.check.look();
  co_await test::settle(loop);
  const int before = rig.asked;
  rig.check.look();
  co_await test::settle(loop);
  EXPECT_EQ(rig.asked, before);
  rig.connected = true;
  rig.check.look();
  co_await rig.rounds(1);
  EXPECT_GT(rig.asked, before);
  co_await rig.end();
  done = true;
}

TEST(HealthCheck, AsksNobodyWhileThereIsNoConnection) {
  net::Loop loop;
  bool done = false;
  net::run(loop, waits_for_connection(loop, done));
  EXPECT_TRUE(done);
}

}  // namespace
}  // namespace gatehouse::upstream
