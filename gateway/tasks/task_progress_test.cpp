#include "gateway/tasks/task_progress.hpp"

#include <gtest/gtest.h>

#include "tests/support/asker.hpp"

namespace gatehouse::tasks {
namespace {

using mcp::TaskStatus;
using Texts = std::vector<std::string>;

bridge::TaskObject task(TaskStatus status, std::string message) {
  bridge::TaskObject object;
  object.status = status;
  object.message = std::move(message);
  return object;
}

// GB-206
TEST(TaskProgress, CountsWhatChanges) {
  test::Asker client;
  TaskProgress progress(client, "\"p\"");
  progress.seen(task(TaskStatus::working, ""));
  progress.seen(task(TaskStatus::working, ""));
  progress.seen(task(TaskStatus::working, "half \"done\""));
  progress.seen(task(TaskStatus::input_required, "half \"done\""));
  progress.seen(task(TaskStatus::completed, "done"));
  EXPECT_EQ(client.heard,
            (Texts{R"(notifications/progress {"progressToken":"p","progress":1})",
                   R"(notifications/progress {"progressToken":"p","progress":2,"message":"half \"done\""})",
                   R"(notifications/progress {"progressToken":"p","progress":3,"message":"half \"done\""})"}));
}

// GB-202
TEST(TaskProgress, GrowsBeyondWhatTheServerTold) {
  test::Asker client;
  TaskProgress progress(client, "7");
  progress.notify("notifications/progress", json::Splice(R"({"progressToken":7,"progress":41.5})"));
  progress.notify("notifications/message", json::Splice(R"({"level":"info","data":99})"));
  progress.seen(task(TaskStatus::working, "m"));
  EXPECT_EQ(client.heard.back(), R"(notifications/progress {"progressToken":7,"progress":42,"message":"m"})");
  EXPECT_EQ(client.heard.size(), 3U);
  progress.notify("notifications/progress", json::Splice(R"({"progressToken":7,"progress":1e300})"));
  progress.seen(task(TaskStatus::working, "n"));
  EXPECT_EQ(client.heard.size(), 4U) << "nothing is larger than that";
}

TEST(TaskProgress, SaysNothingToWhoDidNotAsk) {
  test::Asker client;
  TaskProgress progress(client, "");
  progress.seen(task(TaskStatus::working, "m"));
  EXPECT_TRUE(client.heard.empty());
}

}  // namespace
}  // namespace gatehouse::tasks
