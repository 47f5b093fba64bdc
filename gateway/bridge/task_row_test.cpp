#include "gateway/bridge/task_row.hpp"

#include <gtest/gtest.h>

#include <random>

namespace gatehouse::bridge {
namespace {

using mcp::TaskStatus;
using std::chrono::milliseconds;

constexpr WallTime kNow{milliseconds{1'785'578'400'000}};

TaskRow row() {
  return TaskRow(
      {.id = "gl1.a", .caller = "alice", .principal = "alice", .created = kNow, .ttl_ms = 60'000, .poll_ms = 500});
}

TEST(TaskRow, StartsWorking) {
  EXPECT_EQ(row().object(), (TaskObject{.id = "gl1.a",
                                        .status = TaskStatus::working,
                                        .message = {},
                                        .created_at = "2026-08-01T10:00:00.000Z",
                                        .updated_at = "2026-08-01T10:00:00.000Z",
                                        .ttl_ms = 60'000,
                                        .poll_ms = 500}));
}

// GB-245, LF-1415
TEST(TaskRow, CallsAToolsFailureFailed) {
  for (const auto& [end, status] :
       {std::pair{TaskRow::End::result, TaskStatus::completed}, std::pair{TaskRow::End::tool_error, TaskStatus::failed},
        std::pair{TaskRow::End::error, TaskStatus::failed}}) {
    auto task = row();
    EXPECT_TRUE(task.ended(end, "why", kNow));
    EXPECT_EQ(task.status(), status);
    EXPECT_EQ(task.object().message, "why");
  }
}

// LF-1413, GB-243
TEST(TaskRow, StaysCancelledWhateverTheWorkDoes) {
  auto task = row();
  task.waits_for(1, kNow);
  EXPECT_TRUE(task.cancel(kNow));
  EXPECT_FALSE(task.cancel(kNow));
  EXPECT_FALSE(task.ended(TaskRow::End::result, {}, kNow));
  task.waits_for(1, kNow);
  task.reported("still going", 1, kNow);
  EXPECT_EQ(task.status(), TaskStatus::cancelled);
  EXPECT_EQ(task.object().message, "The task was cancelled by request.");
}

TEST(TaskRow, CannotBeCancelledWhenItIsOver) {
  auto task = row();
  EXPECT_TRUE(task.ended(TaskRow::End::result, {}, kNow));
  EXPECT_FALSE(task.cancel(kNow));
  EXPECT_EQ(task.status(), TaskStatus::completed);
}

TEST(TaskRow, WaitsForInputAsLongAsQuestionsAreOpen) {
  auto task = row();
  task.waits_for(2, kNow + milliseconds(5));
  EXPECT_EQ(task.status(), TaskStatus::input_required);
  task.waits_for(1, kNow + milliseconds(6));
  EXPECT_EQ(task.object().updated_at, "2026-08-01T10:00:00.005Z");
  task.waits_for(0, kNow + milliseconds(7));
  EXPECT_EQ(task.status(), TaskStatus::working);
}

// Invariant: whatever happens in whatever order, a terminal status never changes, time never runs backwards, and the first end wins.
TEST(TaskRow, NeverLeavesATerminalStatus) {
  std::mt19937 random(7);
  for (int round = 0; round < 2000; ++round) {
    auto task = row();
    std::optional<TaskStatus> final;
    std::string updated = task.object().updated_at;
    for (int step = 0; step < 20; ++step) {
      const WallTime now = kNow + milliseconds(random() % 100);
      bool decides = false;
      switch (random() % 5) {
        case 0: task.waits_for(random() % 3, now); break;
        case 1: task.reported(random() % 2 ? "a" : "b", random() % 9, now); break;
        case 2: decides = task.cancel(now); break;
        case 3: decides = task.ended(static_cast<TaskRow::End>(random() % 3), {}, now); break;
        case 4: task.fetched(); break;
      }
      if (decides) {
        ASSERT_FALSE(final) << "two ends";
        final = task.status();
      }
      ASSERT_EQ(task.is_over(), final.has_value());
      ASSERT_EQ(task.status(), final.value_or(task.status()));
      ASSERT_GE(task.object().updated_at, updated);
      updated = task.object().updated_at;
    }
  }
}

TEST(TaskRow, LivesAsLongAsItsTtl) {
  EXPECT_FALSE(row().is_expired(kNow + milliseconds(60'000)));
  EXPECT_TRUE(row().is_expired(kNow + milliseconds(60'001)));
}

TEST(GrantedTtl, IsWhatTheClientWantsWithinBounds) {
  EXPECT_EQ(granted_ttl("5000", 100, 10'000), 5000);
  EXPECT_EQ(granted_ttl("0", 100, 10'000), 0);
  EXPECT_EQ(granted_ttl("1e300", 100, 10'000), 10'000);
  for (const auto* odd : {"", "null", "-1", "\"5\"", "{"}) EXPECT_EQ(granted_ttl(odd, 100, 10'000), 100) << odd;
}

}  // namespace
}  // namespace gatehouse::bridge
