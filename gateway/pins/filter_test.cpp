#include "gateway/pins/filter.hpp"

#include <gtest/gtest.h>

namespace gatehouse::pins {
namespace {

constexpr mcp::WallTime kNow{std::chrono::seconds{1'800'000'000}};

std::shared_ptr<const catalog::ServerLists> lists_with(std::string_view description) {
  auto lists = std::make_shared<catalog::ServerLists>();
  auto form =
      catalog::read_form(mcp::ListKind::tools, R"({"name":"add","description":")" + std::string(description) + R"("})");
  lists->of(mcp::ListKind::tools).push_back({.key = "add", .form = std::move(*form), .details = nullptr, .hints = {}});
  return lists;
}

struct FilterTest : testing::Test {
  auto show(const std::shared_ptr<const catalog::ServerLists>& lists) {
    held.clear();
    return filter.show("crm", lists, kNow, held);
  }
  int noted = 0;
  std::vector<News> told;
  Filter filter{Options{.on_change = OnChange::refuse}, [this](const std::vector<News>& news) {
                  ++noted;
                  told.insert(told.end(), news.begin(), news.end());
                }};
  HeldTools held;
};

TEST_F(FilterTest, LooksOnceAtEachList) {
  const auto first = lists_with("Adds.");
  EXPECT_EQ(show(first), first);
  EXPECT_EQ(show(first), first);
  EXPECT_EQ(noted, 1);
  const auto changed = lists_with("Does more.");
  EXPECT_NE(show(changed), changed);
  EXPECT_NE(show(changed), changed);
  EXPECT_EQ(held.at("crm").at("add"), Held::refused);
  EXPECT_EQ(noted, 2);
  EXPECT_EQ(told.size(), 1u);
}

TEST_F(FilterTest, WhatWasTakenBackIsWrittenDownToo) {
  const auto first = lists_with("Adds."), changed = lists_with("Does more."), again = lists_with("Adds.");
  (void)show(first);
  (void)show(changed);
  EXPECT_EQ(show(again), again);
  EXPECT_EQ(noted, 3);
}

TEST_F(FilterTest, KeepsNoOldLists) {
  std::weak_ptr<const catalog::ServerLists> old;
  {
    const auto first = lists_with("Adds.");
    (void)show(first);
    old = first;
  }
  EXPECT_TRUE(old.expired());
}

TEST_F(FilterTest, OtherSettingsHoldForWhatWasSeen) {
  const auto first = lists_with("Adds."), changed = lists_with("Does more.");
  (void)show(first);
  (void)show(changed);
  filter.set_options({.on_change = OnChange::hide});
  EXPECT_TRUE(show(changed)->of(mcp::ListKind::tools).empty());
  filter.set_options({.on_change = OnChange::alert});
  EXPECT_EQ(show(changed), changed);
  EXPECT_TRUE(held.empty());
}

}  // namespace
}  // namespace gatehouse::pins
