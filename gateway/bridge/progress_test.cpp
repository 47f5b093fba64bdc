#include "gateway/bridge/progress.hpp"

#include <random>

#include <gtest/gtest.h>

namespace gatehouse::bridge {
namespace {

using Decision = ProgressGate::Decision;
constexpr TimePoint kStart{std::chrono::hours(1)};
constexpr Milliseconds kMs{1};

// GB-202
TEST(ProgressGate, ValuesGrow) {
  ProgressGate gate(0);
  EXPECT_EQ(gate.offer("1", kStart), Decision::send);
  EXPECT_EQ(gate.offer("1", kStart), Decision::drop);
  EXPECT_EQ(gate.offer("0.5", kStart), Decision::drop);
  EXPECT_EQ(gate.offer("1.5", kStart), Decision::send);
  EXPECT_EQ(gate.offer("2e1", kStart), Decision::send);
  for (const char* odd : {"", "x", "\"3\"", "null", "1e999", "30 "})
    EXPECT_EQ(gate.offer(odd, kStart), Decision::drop) << odd;
}

TEST(ProgressGate, ASecondsWorthMayComeAtOnce) {
  ProgressGate gate(10);
  for (int step = 1; step <= 10; ++step) EXPECT_EQ(gate.offer(std::to_string(step), kStart), Decision::send) << step;
  EXPECT_EQ(gate.offer("11", kStart), Decision::hold);
  EXPECT_EQ(gate.due(), kStart + 100 * kMs);
}

TEST(ProgressGate, HoldsWhatComesTooSoon) {
  ProgressGate gate(2);
  EXPECT_EQ(gate.offer("1", kStart), Decision::send);
  EXPECT_EQ(gate.offer("2", kStart + 20 * kMs), Decision::send);
  EXPECT_EQ(gate.offer("3", kStart + 40 * kMs), Decision::hold);
  EXPECT_EQ(gate.offer("4", kStart + 499 * kMs), Decision::hold);
  EXPECT_EQ(gate.due(), kStart + 500 * kMs);
  gate.sent(kStart + 500 * kMs);
  EXPECT_EQ(gate.due(), std::nullopt);
  EXPECT_EQ(gate.offer("5", kStart + 800 * kMs), Decision::hold);
  EXPECT_EQ(gate.offer("6", kStart + 1000 * kMs), Decision::send) << "the newer one takes the held one's place";
  EXPECT_EQ(gate.due(), std::nullopt);
}

// GB-204
TEST(ProgressGate, RoundsGoOnWhereTheLastOneEnded) {
  ProgressGate gate(0);
  EXPECT_EQ(gate.offer("3", kStart), Decision::send);
  EXPECT_EQ(gate.shown(), "") << "as the server says";
  gate.next_round();
  EXPECT_EQ(gate.offer("1", kStart), Decision::send);
  EXPECT_EQ(gate.shown(), "4");
  EXPECT_EQ(gate.offer("1", kStart), Decision::drop);
}

// GB-110
TEST(ProgressGate, ANudgeGrowsAsLittleAsItCan) {
  ProgressGate gate(0);
  EXPECT_EQ(gate.offer("2", kStart), Decision::send);
  EXPECT_EQ(gate.nudge(kStart), "2.001");
  EXPECT_EQ(gate.offer("2", kStart), Decision::drop);
  EXPECT_EQ(gate.offer("3", kStart), Decision::send);
}

// Gateway rules section 15, invariant 9
TEST(ProgressGate, WhateverComesTheClientSeesGrowthAtTheRate) {
  for (unsigned seed = 0; seed < 100; ++seed) {
    std::mt19937 random(seed);
    ProgressGate gate(10);
    TimePoint now = kStart;
    std::optional<double> last;
    std::vector<TimePoint> sent;
    for (int i = 0; i < 300; ++i) {
      now += Milliseconds{random() % 40};
      const int value = static_cast<int>(random() % 400);
      if (gate.offer(std::to_string(value), now) != Decision::send) continue;
      EXPECT_TRUE(!last || value > *last) << seed;
      last = value;
      sent.push_back(now);
      const std::size_t most = 10 + static_cast<std::size_t>((now - kStart) / Milliseconds{100}) + 1;
      EXPECT_LE(sent.size(), most) << seed;
    }
  }
}

}  // namespace
}  // namespace gatehouse::bridge
