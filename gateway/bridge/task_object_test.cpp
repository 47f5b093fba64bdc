#include "gateway/bridge/task_object.hpp"

#include <gtest/gtest.h>

namespace gatehouse::bridge {
namespace {

using std::chrono::milliseconds;

TaskObject read(std::string_view text, TaskForm form) { return *read_task(*json::parse(text), form); }

constexpr std::string_view kCore =
    R"({"taskId":"T-9","status":"failed","statusMessage":"disk full","createdAt":"2026-08-01T10:00:00Z","lastUpdatedAt":"2026-08-01T10:02:00Z","ttl":600000,"pollInterval":2000})";
constexpr std::string_view kExtension =
    R"({"taskId":"T-9","status":"failed","statusMessage":"disk full","createdAt":"2026-08-01T10:00:00Z","lastUpdatedAt":"2026-08-01T10:02:00Z","ttlMs":600000,"pollIntervalMs":2000})";

TEST(TaskObject, IsTheSameInBothForms) {
  EXPECT_EQ(read(kCore, TaskForm::core), read(kExtension, TaskForm::extension));
  EXPECT_EQ(write_task(read(kCore, TaskForm::core), TaskForm::extension).str(), kExtension);
  EXPECT_EQ(write_task(read(kExtension, TaskForm::extension), TaskForm::core).str(), kCore);
}

// LF-1408: `ttl` is always told, null for unlimited; the interval is optional
TEST(TaskObject, TellsAnUnlimitedLife) {
  const auto task = read(R"({"taskId":"x","status":"working","createdAt":"a","ttl":null})", TaskForm::core);
  EXPECT_EQ(write_task(task, TaskForm::extension).str(),
            R"({"taskId":"x","status":"working","createdAt":"a","lastUpdatedAt":"a","ttlMs":null})");
}

TEST(TaskObject, RefusesWhatIsNoTask) {
  for (const auto* text : {"{}", "[]", R"({"taskId":"x"})", R"({"taskId":"","status":"working"})",
                           R"({"taskId":1,"status":"working"})", R"({"taskId":"x","status":"paused"})"})
    EXPECT_FALSE(read_task(*json::parse(text), TaskForm::core)) << text;
}

TEST(TaskObject, TakesOddNumbersForWhatTheyCanMean) {
  const auto ttl = [](std::string number) {
    return read(R"({"taskId":"x","status":"working","ttl":)" + number + "}", TaskForm::core).ttl_ms;
  };
  EXPECT_EQ(ttl("1.5"), 2);
  EXPECT_EQ(ttl("1e3"), 1000);
  for (const auto* odd : {"-1", "-0.5", "1e300", "\"7\"", "true"}) EXPECT_EQ(ttl(odd), std::nullopt) << odd;
}

TEST(TaskObject, WritesTimesAsIso8601) {
  EXPECT_EQ(iso_time(WallTime{milliseconds{1'785'578'400'007}}), "2026-08-01T10:00:00.007Z");
  EXPECT_EQ(iso_time(WallTime{}), "1970-01-01T00:00:00.000Z");
}

}  // namespace
}  // namespace gatehouse::bridge
