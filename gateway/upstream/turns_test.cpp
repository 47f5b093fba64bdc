#include "gateway/upstream/turns.hpp"

#include <functional>
#include <list>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <gatehouse/base/task_group.hpp>

#include "tests/support/settle.hpp"

namespace gatehouse::upstream {
namespace {

/// One call: waits for its turn, and holds it until it is told to end.
struct Work {
  std::string who, state = "waits";
  std::string message;
  Cancel cancel;
  Signal go;
};

struct Scene {
  explicit Scene(Turns::Options options) : turns(loop.timers(), std::move(options)) {}
  net::Loop loop;
  Turns turns;
  std::list<Work> work;
  TaskGroup group;
  std::string order;

  static Task<void> run(Scene& scene, Work& work) {
    if (!scene.turns.take()) {
      const auto turn = co_await scene.turns.wait(work.who, work.cancel);
      if (!turn) {
        work.state = to_string(turn.error().kind);
        work.message = turn.error().message;
        co_return;
      }
    }
    work.state = "runs";
    scene.order += work.who + " ";
    co_await work.go.wait();
    scene.turns.end();
    work.state = "over";
  }
  Work& begin(std::string who) {
    Work& one = work.emplace_back();
    one.who = std::move(who);
    group.spawn(run(*this, one));
    return one;
  }
  /// One step after the other, each with everything that follows from it; then everything that runs ends, until nothing is left.
  static Task<void> play_all(Scene& scene, std::vector<std::function<void()>> steps) {
    for (const auto& step : steps) {
      step();
      co_await test::settle(scene.loop);
    }
    while (scene.group.running() > 0) {
      for (Work& one : scene.work) one.go.notify();
      co_await test::settle(scene.loop);
    }
  }
  void play(std::vector<std::function<void()>> steps) { net::run(loop, play_all(*this, std::move(steps))); }
  void finish() { play({}); }
  static Task<void> until_decided(Scene& scene, const Work& work) {
    while (work.state == "waits") co_await test::settle(scene.loop);
  }
};

TEST(Turns, ManyCallsOfOneUserDelayOnlyHimself) {
  Scene s({.running = 1, .waiting = 100});
  for (int i = 0; i < 4; ++i) s.begin("flood");
  s.begin("guest");
  for (int i = 0; i < 2; ++i) s.begin("flood");
  s.finish();
  EXPECT_EQ(s.order, "flood flood guest flood flood flood flood ");
  EXPECT_EQ(s.turns.counters().waits, 6u);
  EXPECT_EQ(s.turns.counters().refused, 0u);
}

TEST(Turns, RunOnlySoManyAtATime) {
  Scene s({.running = 2, .waiting = 100});
  Work& first = s.begin("a");
  s.begin("b");
  Work& third = s.begin("c");
  EXPECT_EQ(third.state, "waits");
  EXPECT_EQ(s.turns.waiting(), 1u);
  EXPECT_FALSE(s.turns.take());
  s.play({[&] { first.go.notify(); }, [&] { EXPECT_EQ(third.state, "runs"); }});
  EXPECT_TRUE(s.turns.take() && s.turns.take() && !s.turns.take());
}

TEST(Turns, AFullQueueRefusesThoseWithTheMost) {
  Scene s({.running = 1, .waiting = 2});
  s.begin("flood");
  s.begin("flood");
  Work& newest = s.begin("flood");
  Work& more = s.begin("flood");
  EXPECT_EQ(more.state, "limit_exceeded");
  Work& guest = s.begin("guest");
  EXPECT_EQ(guest.state, "waits");
  s.finish();
  EXPECT_EQ(newest.state, "limit_exceeded") << "it made room";
  EXPECT_EQ(guest.state, "over");
  EXPECT_EQ(s.turns.counters().refused, 2u);
}

TEST(Turns, WithoutPlacesRefuseAtOnce) {
  Scene s({.server = "jira", .running = 1, .waiting = 0});
  s.begin("a");
  EXPECT_EQ(s.begin("b").message, "Too many calls to the server \"jira\" are running; try again later.");
  EXPECT_EQ(s.turns.counters().waits, 0u);
  s.finish();
}

TEST(Turns, NobodyWaitsForEver) {
  Scene s({.running = 1, .waiting = 10, .patience = Milliseconds{40}});
  s.begin("a");
  const Work& late = s.begin("b");
  net::run(s.loop, Scene::until_decided(s, late));
  EXPECT_EQ(late.state, "limit_exceeded");
  EXPECT_EQ(s.turns.waiting(), 0u);
  EXPECT_GE(s.turns.counters().waited, Milliseconds{20});
  s.finish();
}

TEST(Turns, WhoGivesUpLeavesTheQueue) {
  Scene s({.running = 1, .waiting = 10});
  Work& first = s.begin("a");
  Work& gone = s.begin("b");
  const Work& last = s.begin("c");
  s.play({[&] { gone.cancel.request(CancelReason::client_gone); },
          [&] {
            EXPECT_EQ(gone.state, "cancelled");
            first.go.notify();
          },
          [&] { EXPECT_EQ(last.state, "runs"); }});
  EXPECT_TRUE(s.turns.take()) << "no turn got lost";
}

TEST(Turns, WhoGivesUpWhenItIsHisTurnPassesItOn) {
  Scene s({.running = 1, .waiting = 10});
  ASSERT_TRUE(s.turns.take());
  Work& gone = s.begin("b");
  const Work& last = s.begin("c");
  s.play({[&] {
            s.turns.end();  // the turn is given to one that did not notice yet
            gone.cancel.request(CancelReason::client_gone);
          },
          [&] {
            EXPECT_EQ(gone.state, "cancelled");
            EXPECT_EQ(last.state, "runs");
          }});
  EXPECT_TRUE(s.turns.take());
}

TEST(Turns, WhoIsCancelledBeforeHandDoesNotWait) {
  Scene s({.running = 1, .waiting = 10});
  ASSERT_TRUE(s.turns.take());
  Work& gone = s.work.emplace_back();
  gone.cancel.request(CancelReason::client_asked);
  s.group.spawn(Scene::run(s, gone));
  EXPECT_EQ(gone.state, "cancelled");
  s.finish();
}

TEST(Turns, DismissingSendsThoseAwayWhoWaitNow) {
  Scene s({.running = 1, .waiting = 10});
  s.begin("a");
  const Work& waiting = s.begin("b");
  s.play({[&] { s.turns.dismiss(); },
          [&] {
            EXPECT_EQ(waiting.state, "limit_exceeded");
            EXPECT_EQ(s.begin("c").state, "waits");
          }});
  EXPECT_EQ(s.order, "a c ");
}

TEST(Turns, ClosingSendsEverybodyAway) {
  Scene s({.running = 1, .waiting = 10});
  s.begin("a");
  const Work& waiting = s.begin("b");
  s.play({[&] { s.turns.close(); }, [&] { EXPECT_EQ(waiting.state, "unavailable"); }});
  EXPECT_EQ(s.begin("c").state, "runs") << "and running ones end in peace";
  s.finish();
}

}  // namespace
}  // namespace gatehouse::upstream
