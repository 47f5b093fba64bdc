#include "gateway/ratelimit/pace.hpp"

#include <random>
#include <vector>

#include <gtest/gtest.h>

namespace gatehouse::ratelimit {
namespace {

using std::chrono::nanoseconds;

constexpr TimePoint kStart{std::chrono::hours(1)};

/// A bucket as one would explain it: tokens come in, up to so many, and each call takes one.
class PlainBucket {
 public:
  PlainBucket(std::int64_t interval, std::int64_t burst)
      : interval_(interval), most_(interval * burst), level_(most_) {}
  bool take(TimePoint now) {
    level_ = std::min(most_, level_ + (now - at_).count());
    at_ = now;
    if (level_ < interval_) return false;
    level_ -= interval_;
    return true;
  }

 private:
  std::int64_t interval_, most_, level_;  // nanoseconds' worth of tokens
  TimePoint at_ = kStart;
};

TEST(Pace, AdmitsWhatAPlainBucketAdmits) {
  std::mt19937_64 random(7);  // NOLINT: the same numbers each time
  for (int round = 0; round < 200; ++round) {
    const Rate rate{1 + random() % 200, Milliseconds{random() % 2 ? 1'000 : 60'000}};
    const std::uint64_t burst = random() % 4 ? 1 + random() % 50 : 0;
    const Pace pace(rate, burst);
    PlainBucket plain(pace.interval().count(), static_cast<std::int64_t>(burst ? burst : rate.count));
    TimePoint full_at = kStart, now = kStart;
    const auto step = static_cast<std::uint64_t>(pace.interval().count()) * (1 + random() % 3);
    for (int call = 0; call < 500; ++call) {
      now += nanoseconds(random() % step);
      const auto wait = pace.wait(full_at, now);
      const bool admitted = wait <= nanoseconds{0};
      ASSERT_EQ(admitted, plain.take(now)) << to_string(rate) << " burst " << burst << " call " << call;
      if (admitted) {
        full_at = pace.taken(full_at, now);
      } else {
        EXPECT_GT(pace.wait(full_at, now + wait - nanoseconds{1}), nanoseconds{0});
        EXPECT_LE(pace.wait(full_at, now + wait), nanoseconds{0}) << "what is told to the client is exact";
      }
    }
  }
}

TEST(Pace, NeverAdmitsMoreThanBurstAndRateInAnyWindow) {
  std::mt19937_64 random(11);  // NOLINT: the same numbers each time
  const Pace pace({7, Milliseconds{1'000}}, 3);
  TimePoint full_at = kStart, now = kStart;
  std::vector<TimePoint> admitted;
  for (int call = 0; call < 2'000; ++call) {
    now += nanoseconds(random() % 60'000'000);
    if (pace.wait(full_at, now) > nanoseconds{0}) continue;
    full_at = pace.taken(full_at, now);
    admitted.push_back(now);
  }
  ASSERT_GT(admitted.size(), 100u);
  for (std::size_t from = 0; from < admitted.size(); ++from)
    for (std::size_t to = from; to < admitted.size(); ++to) {
      const auto seconds = std::chrono::duration<double>(admitted[to] - admitted[from]).count();
      ASSERT_LE(static_cast<double>(to - from + 1), 3 + 7 * seconds + 1e-6);
    }
}

TEST(Pace, WhatIsGivenBackIsThereAgain) {
  const Pace pace({10, Milliseconds{1'000}}, 2);
  TimePoint full_at = kStart;
  for (int i = 0; i < 2; ++i) full_at = pace.taken(full_at, kStart);
  EXPECT_EQ(pace.wait(full_at, kStart), Milliseconds{100});
  full_at = pace.given_back(full_at);
  EXPECT_LE(pace.wait(full_at, kStart), nanoseconds{0});
  full_at = pace.taken(full_at, kStart);
  EXPECT_EQ(pace.wait(full_at, kStart), Milliseconds{100});
}

TEST(Pace, StaysInRangeForTheLargestNumbers) {
  const Pace slow({1, Milliseconds{86'400'000}}, 1'000'000'000);
  EXPECT_GT(slow.refill(), std::chrono::hours(24 * 365));
  EXPECT_LE(slow.wait(slow.almost_empty(kStart), kStart), nanoseconds{0});
  const Pace fast({1'000'000'000, Milliseconds{1'000}}, 1);
  EXPECT_EQ(fast.interval(), nanoseconds{1});
}

TEST(Rate, IsReadAsWritten) {
  for (const auto* text : {"100/m", "5/s", "1000/h", "20000/d", "1/s"}) {
    const auto rate = parse_rate(text);
    ASSERT_TRUE(rate) << text;
    EXPECT_EQ(to_string(*rate), text);
  }
  for (const auto* text : {"", "100", "/m", "0/m", "-1/m", "1.5/s", "100/", "100/min", "100 /m", "1/ms", "9999999999/s",
                           "99999999999999999999/s"})
    EXPECT_FALSE(parse_rate(text)) << text;
}

}  // namespace
}  // namespace gatehouse::ratelimit
