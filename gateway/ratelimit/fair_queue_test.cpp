#include "gateway/ratelimit/fair_queue.hpp"

#include <algorithm>
#include <deque>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <vector>

#include <gtest/gtest.h>

namespace gatehouse::ratelimit {
namespace {

Key user(std::uint64_t number) { return {number, 1}; }

struct Waiting : FairQueue::Waiter {
  Waiting(std::uint64_t w, int n) : who(w), number(n) {}
  std::uint64_t who;
  int number;
  std::size_t turns = 0;       // pops since it was first of its line
  std::size_t most_turns = 0;  // how many principals waited when it became so
};

TEST(FairQueue, TakesTurns) {
  FairQueue queue(100);
  std::deque<Waiting> all;
  for (int i = 0; i < 5; ++i) queue.push(all.emplace_back(1, i), user(1));
  for (int i = 0; i < 2; ++i) queue.push(all.emplace_back(2, i), user(2));
  queue.push(all.emplace_back(3, 0), user(3));
  EXPECT_EQ(queue.size(), 8u);
  EXPECT_EQ(queue.principals(), 3u);
  std::string order;
  while (auto* next = static_cast<Waiting*>(queue.pop()))
    order += std::to_string(next->who) + "." + std::to_string(next->number) + " ";
  EXPECT_EQ(order, "1.0 2.0 3.0 1.1 2.1 1.2 1.3 1.4 ");
  EXPECT_EQ(queue.principals(), 0u);
}

TEST(FairQueue, NobodyWaitsForMoreThanOneCallOfEverybodyElse) {
  std::mt19937 random(4);  // NOLINT: the same numbers each time
  for (int round = 0; round < 50; ++round) {
    FairQueue queue(64);
    std::vector<std::unique_ptr<Waiting>> all;
    std::set<Waiting*> waiting;
    const auto firsts = [&] {  // of every line, the oldest that waits
      std::map<std::uint64_t, Waiting*> out;
      for (const auto& one : all)
        if (one->waits()) out.try_emplace(one->who, one.get());
      return out;
    };
    for (int step = 0; step < 400; ++step) {
      const auto what = random() % 10;
      if (what < 5) {
        // One of them calls far more often than all others.
        all.push_back(std::make_unique<Waiting>(random() % 3 ? 0 : random() % 8, step));
        queue.push(*all.back(), user(all.back()->who));
      } else if (what < 9) {
        const auto before = firsts();
        auto* next = static_cast<Waiting*>(queue.pop());
        ASSERT_EQ(next == nullptr, before.empty());
        if (!next) continue;
        EXPECT_EQ(before.at(next->who), next) << "each one's own calls keep their order";
        for (const auto& [who, first] : before) ++first->turns;
      } else if (!all.empty()) {
        queue.remove(*all[random() % all.size()]);
      }
      for (const auto& [who, first] : firsts())
        if (first->most_turns == 0) first->most_turns = queue.principals();
      for (const auto& one : all) ASSERT_TRUE(one->most_turns == 0 || one->turns <= one->most_turns);
    }
    ASSERT_EQ(queue.size(),
              static_cast<std::size_t>(std::ranges::count_if(all, [](auto& one) { return one->waits(); })));
    while (queue.pop()) {}
  }
}

TEST(FairQueue, AFullOneMakesRoomAtTheLongestLine) {
  FairQueue queue(4);
  std::deque<Waiting> flood;
  for (int i = 0; i < 4; ++i) EXPECT_EQ(queue.push(flood.emplace_back(1, i), user(1)), nullptr);
  Waiting more(1, 4), guest(2, 0), second(2, 1), third(2, 2), other(3, 0);
  EXPECT_EQ(queue.push(more, user(1)), &more) << "it has the most itself";
  EXPECT_FALSE(more.waits());
  EXPECT_EQ(queue.push(guest, user(2)), &flood[3]) << "the newest of the longest line goes";
  EXPECT_EQ(queue.push(second, user(2)), &flood[2]);
  EXPECT_EQ(queue.push(third, user(2)), &third) << "two each is fair";
  EXPECT_EQ(queue.push(other, user(3)), &flood[1]);
  EXPECT_EQ(queue.size(), 4u);
  for (int i = 1; i < 4; ++i) EXPECT_FALSE(flood[static_cast<std::size_t>(i)].waits());
}

TEST(FairQueue, WithoutPlacesLetsNobodyIn) {
  FairQueue queue(0);
  Waiting one(1, 0);
  EXPECT_EQ(queue.push(one, user(1)), &one);
  EXPECT_EQ(queue.pop(), nullptr);
}

TEST(FairQueue, WhoLeavesIsNotCalled) {
  FairQueue queue(10);
  Waiting a(1, 0), b(1, 1), c(1, 2);
  for (Waiting* one : {&a, &b, &c}) queue.push(*one, user(1));
  queue.remove(b);
  queue.remove(b);
  EXPECT_EQ(queue.pop(), &a);
  queue.remove(a);
  EXPECT_EQ(queue.pop(), &c);
  EXPECT_EQ(queue.pop(), nullptr);
}

}  // namespace
}  // namespace gatehouse::ratelimit
