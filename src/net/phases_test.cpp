#include "src/net/phases.hpp"

#include <deque>
#include <vector>

#include <gtest/gtest.h>

namespace gatehouse::net {
namespace {

using std::chrono::milliseconds;

struct Item final : Phased {
  void on_overdue() override { ++overdue; }
  int overdue = 0;
};

PhaseTable table() {
  return PhaseTable(
      {milliseconds{1000}, milliseconds{300}, milliseconds{300}, milliseconds{0}, milliseconds{250}, milliseconds{200}},
      milliseconds{100});
}

TEST(PhaseTable, FindsWhatIsOverdueNotEarlyAndTwoTicksLateAtMost) {
  PhaseTable phases = table();
  Item item;
  phases.enter(item, Phase::head);
  for (int i = 0; i < 3; ++i) phases.tick();  // may be 200.1 ms only: the first tick may have been about to end
  EXPECT_EQ(item.overdue, 0);
  phases.tick();
  EXPECT_EQ(item.overdue, 1);
  for (int i = 0; i < 10; ++i) phases.tick();
  EXPECT_EQ(item.overdue, 1);
}

TEST(PhaseTable, EnteringAgainStartsTheTimeAgain) {
  PhaseTable phases = table();
  Item item;
  phases.enter(item, Phase::writing);
  for (int i = 0; i < 20; ++i) {
    phases.tick();
    phases.tick();
    phases.enter(item, Phase::writing);
  }
  EXPECT_EQ(item.overdue, 0);
  EXPECT_EQ(item.phase(), Phase::writing);
}

TEST(PhaseTable, ServingHasNoLimit) {
  PhaseTable phases = table();
  Item item;
  phases.enter(item, Phase::serving);
  for (int i = 0; i < 1000; ++i) phases.tick();
  EXPECT_EQ(item.overdue, 0);
}

TEST(PhaseTable, EachInItsOwnTime) {
  PhaseTable phases = table();
  std::deque<Item> items(10);
  for (Item& item : items) {
    phases.enter(item, Phase::lingering);
    phases.tick();
  }
  int overdue = 0;
  for (const Item& item : items) overdue += item.overdue;
  EXPECT_EQ(overdue, 8);
  EXPECT_EQ(items.back().overdue, 0);
}

TEST(PhaseTable, VisitsAllAndForgetsDestroyedOnes) {
  PhaseTable phases = table();
  Item idle, overdue, serving;
  phases.enter(overdue, Phase::lingering);
  for (int i = 0; i < 5; ++i) phases.tick();
  phases.enter(idle, Phase::idle);
  phases.enter(serving, Phase::serving);
  {
    Item gone;
    phases.enter(gone, Phase::serving);
  }
  std::vector<Phased*> seen;
  phases.for_each([&](Phased& item) { seen.push_back(&item); });
  EXPECT_EQ(seen, (std::vector<Phased*>{&idle, &serving, &overdue}));
}

}  // namespace
}  // namespace gatehouse::net
