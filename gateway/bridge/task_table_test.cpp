#include "gateway/bridge/task_table.hpp"

#include <gtest/gtest.h>

#include <fmt/format.h>

namespace gatehouse::bridge {
namespace {

using std::chrono::milliseconds;

constexpr WallTime kNow{milliseconds{1'000'000}};

TaskTable::Ref row(std::string id, const std::string& caller = "alice", std::int64_t ttl_ms = 1000) {
  return std::make_shared<TaskRow>(TaskRow::Terms{
      .id = std::move(id), .caller = caller, .principal = caller, .created = kNow, .ttl_ms = ttl_ms, .poll_ms = 1});
}

std::string ids(const TaskTable::Page& page) {
  std::string text;
  for (const auto& one : page.rows) text += one->id() + " ";
  return text;
}

// GB-032, LF-1416
TEST(TaskTable, ShowsARowToItsCallerOnly) {
  TaskTable table;
  table.add(row("a", "alice"));
  table.add(row("b", "bob"));
  EXPECT_TRUE(table.find("alice", "a", kNow));
  EXPECT_FALSE(table.find("bob", "a", kNow));
  EXPECT_EQ(ids(*table.list("bob", std::nullopt, kNow)), "b ");
  EXPECT_FALSE(table.list("bob", "a", kNow)) << "a foreign cursor";
}

// LF-1414, LF-1417
TEST(TaskTable, FindsExactlyWhatItLists) {
  TaskTable table;
  table.add(row("short", "alice", 10));
  table.add(row("long", "alice", 1000));
  const WallTime later = kNow + milliseconds(11);
  EXPECT_FALSE(table.find("alice", "short", later));
  EXPECT_EQ(ids(*table.list("alice", std::nullopt, later)), "long ");
  const auto over = table.expire(later);
  ASSERT_EQ(over.size(), 1U);
  EXPECT_EQ(over[0]->id(), "short");
  EXPECT_EQ(table.size(), 1U);
}

TEST(TaskTable, ListsInPages) {
  TaskTable table;
  for (int i = 0; i < 250; ++i) table.add(row(fmt::format("t{}", i), i % 2 ? "bob" : "alice"));
  auto page = *table.list("alice", std::nullopt, kNow);
  EXPECT_EQ(page.rows.size(), 100U);
  EXPECT_EQ(page.next, "t198");
  page = *table.list("alice", page.next, kNow);
  EXPECT_EQ(ids(page).substr(0, 10), "t200 t202 ");
  EXPECT_EQ(page.rows.size(), 25U);
  EXPECT_EQ(page.next, "");
  EXPECT_FALSE(table.list("alice", "t999", kNow));
}

TEST(TaskTable, NeverDropsWhatItsClientDoesNotKnowYet) {
  TaskTable table;
  const TaskOptions options{.max_per_user = 2};
  std::vector<std::string> gone;
  table.add(row("a"));
  table.add(row("b"));
  EXPECT_FALSE(table.make_room("alice", options, gone)) << "both are running";
  (void)table.find("alice", "b", kNow)->ended(TaskRow::End::result, {}, kNow);
  EXPECT_FALSE(table.make_room("alice", options, gone)) << "a result waits";
  EXPECT_TRUE(table.make_room("bob", options, gone));
  table.find("alice", "b", kNow)->fetched();
  EXPECT_TRUE(table.make_room("alice", options, gone));
  EXPECT_EQ(gone, std::vector<std::string>{"b"});
}

TEST(TaskTable, IsBoundedInTotal) {
  TaskTable table;
  const TaskOptions options{.max_per_user = 9, .max_total = 2};
  std::vector<std::string> gone;
  table.add(row("a", "alice"));
  table.add(row("b", "bob"));
  EXPECT_FALSE(table.make_room("carol", options, gone));
  (void)table.find("bob", "b", kNow)->cancel(kNow);
  EXPECT_TRUE(table.make_room("carol", options, gone));
  EXPECT_EQ(gone, std::vector<std::string>{"b"});
}

}  // namespace
}  // namespace gatehouse::bridge
