#include "gateway/breaker/outcome_window.hpp"

#include <random>
#include <vector>

#include <gtest/gtest.h>

namespace gatehouse::breaker {
namespace {

using Totals = OutcomeWindow::Totals;

TEST(OutcomeWindow, ForgetsAfterItsLength) {
  OutcomeWindow window(Milliseconds{1000});
  const TimePoint start{Milliseconds{50'000}};
  window.ok(start);
  window.failed(start + Milliseconds{500});
  EXPECT_EQ(window.totals(start + Milliseconds{999}), (Totals{1, 1}));
  EXPECT_EQ(window.totals(start + Milliseconds{1000}), (Totals{0, 1}));
  EXPECT_EQ(window.totals(start + Milliseconds{1500}), (Totals{0, 0}));
}

TEST(OutcomeWindow, CountsWhatComesLateAsOfNow) {
  OutcomeWindow window(Milliseconds{1000});
  const TimePoint now{Milliseconds{50'000}};
  window.failed(now);
  window.ok(now - Milliseconds{30'000});
  EXPECT_EQ(window.totals(now + Milliseconds{999}), (Totals{1, 1}));
}

TEST(OutcomeWindow, SumsTheSameAsAListOfEverything) {
  std::mt19937 random(7);
  for (int round = 0; round < 50; ++round) {
    const std::int64_t width = 1 + static_cast<std::int64_t>(random() % 500);
    OutcomeWindow window(Milliseconds{width * 10});
    std::vector<std::pair<std::int64_t, bool>> all;
    std::int64_t now = 1'000'000, newest = 0;
    for (int i = 0; i < 500; ++i) {
      now += static_cast<std::int64_t>(random() % (random() % 20 == 0 ? 20 * width : width));
      const std::int64_t when = now - static_cast<std::int64_t>(random() % 3 == 0 ? random() % 2000 : 0);
      newest = std::max(newest, when / width);
      all.emplace_back(newest, random() % 2 == 0);
      const TimePoint then{Milliseconds{when}};
      all.back().second ? window.ok(then) : window.failed(then);
      newest = std::max(newest, now / width);
      Totals expected;
      for (const auto& [bucket, ok] : all)
        if (bucket > newest - 10) ++(ok ? expected.ok : expected.failed);
      ASSERT_EQ(window.totals(TimePoint{Milliseconds{now}}), expected);
    }
  }
}

}  // namespace
}  // namespace gatehouse::breaker
