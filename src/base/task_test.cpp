#include <gatehouse/base/task.hpp>

#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <gatehouse/base/signal.hpp>
#include <gatehouse/base/task_group.hpp>

namespace gatehouse {
namespace {

Task<int> answer() { co_return 42; }
Task<int> throwing() {
  throw std::runtime_error("broken");
  co_return 0;
}

Task<void> add(std::vector<int>& out) { out.push_back(co_await answer()); }

TEST(Task, StartsWhenAwaited) {
  std::vector<int> out;
  TaskGroup group;
  {
    const Task<void> never_awaited = add(out);
    EXPECT_TRUE(out.empty());
  }
  group.spawn(add(out));
  EXPECT_EQ(out, std::vector<int>{42});
}

Task<void> catch_it(std::string& out) {
  try {
    co_await throwing();
  } catch (const std::runtime_error& error) {
    out = error.what();
  }
}

TEST(Task, HandsAnExceptionToItsAwaiter) {
  std::string out;
  TaskGroup group;
  group.spawn(catch_it(out));
  EXPECT_EQ(out, "broken");
}

Task<void> count_signals(Signal& signal, int& count, int until) {
  while (count < until) {
    co_await signal.wait();
    ++count;
  }
}

TEST(Signal, RemembersOneNotification) {
  Signal signal;
  signal.notify();
  signal.notify();
  int count = 0;
  TaskGroup group;
  group.spawn(count_signals(signal, count, 2));
  EXPECT_EQ(count, 1);
  signal.notify();
  EXPECT_EQ(count, 2);
}

Task<void> join(TaskGroup& group, bool& joined) {
  co_await group.join();
  joined = true;
}

TEST(TaskGroup, JoinsWhenTheLastTaskHasEnded) {
  TaskGroup group, outer;
  Signal first, second;
  int a = 0, b = 0;
  group.spawn(count_signals(first, a, 1));
  group.spawn(count_signals(second, b, 1));
  bool joined = false;
  outer.spawn(join(group, joined));
  EXPECT_EQ(group.running(), 2u);
  first.notify();
  EXPECT_FALSE(joined);
  second.notify();
  EXPECT_TRUE(joined);
  EXPECT_EQ(group.running(), 0u);
}

Task<void> until_cancelled(Cancel& cancel, bool& ended) {
  Signal over;
  const Cancel::Hook hook(cancel, [&over] { over.notify(); });
  co_await over.wait();
  ended = true;
}

TEST(TaskGroup, CancelReachesItsTasks) {
  TaskGroup group;
  bool ended = false;
  group.spawn(until_cancelled(group.cancel(), ended));
  EXPECT_FALSE(ended);
  group.cancel().request(CancelReason::shutting_down);
  EXPECT_TRUE(ended);
}

std::vector<std::coroutine_handle<>>& postponed() {
  static std::vector<std::coroutine_handle<>> handles;
  return handles;
}

TEST(ResumeHook, DecidesWhenAWaiterContinues) {
  const ResumeHook before = set_resume_hook([](std::coroutine_handle<> waiter) { postponed().push_back(waiter); });
  Signal signal;
  int count = 0;
  TaskGroup group;
  group.spawn(count_signals(signal, count, 1));
  signal.notify();
  EXPECT_EQ(count, 0);
  ASSERT_EQ(postponed().size(), 1u);
  postponed().front().resume();
  postponed().clear();
  EXPECT_EQ(count, 1);
  set_resume_hook(before);
}

}  // namespace
}  // namespace gatehouse
