#include "gateway/ratelimit/store.hpp"

#include <map>
#include <random>
#include <vector>

#include <gtest/gtest.h>

namespace gatehouse::ratelimit {
namespace {

constexpr TimePoint kStart{std::chrono::hours(1)};
constexpr Seed kSeed{1, 2, 3};

Key key(std::uint64_t number) { return KeyMaker(kSeed).add(number).finish(); }

TEST(LocalBuckets, AThousandUsersGetExactlyWhatTheirBucketsHoldInAnyOrder) {
  std::mt19937_64 random(3);  // NOLINT: the same numbers each time
  const Pace pace({100, Milliseconds{60'000}}, 0);
  for (int round = 0; round < 3; ++round) {
    std::vector<std::uint64_t> calls;
    for (std::uint64_t user = 0; user < 1'000; ++user) calls.insert(calls.end(), 150, user);
    std::ranges::shuffle(calls, random);
    LocalBuckets buckets(pace, 1'000);
    struct Plain {  // the slow way, in milliseconds' worth of tokens
      double level = 60'000;
      TimePoint at = kStart;
      int admitted = 0;
    };
    std::map<std::uint64_t, Plain> users;
    TimePoint now = kStart;
    for (const std::uint64_t user : calls) {
      now += std::chrono::milliseconds(random() % 3 / 2);
      Plain& plain = users[user];
      plain.level = std::min(60'000.0, plain.level + std::chrono::duration<double, std::milli>(now - plain.at).count());
      plain.at = now;
      const bool expected = plain.level >= 600;
      ASSERT_EQ(buckets.take(key(user), now).verdict == Verdict::admitted, expected);
      if (!expected) continue;
      plain.level -= 600;
      ++plain.admitted;
    }
    for (const auto& [user, plain] : users) {
      EXPECT_GE(plain.admitted, 100) << user;
      EXPECT_LE(plain.admitted, 100 + (now - kStart) / Milliseconds{600}) << user;
    }
  }
}

TEST(LocalBuckets, AgreeWithAMapOfPlainBuckets) {
  std::mt19937_64 random(5);  // NOLINT: the same numbers each time
  const Pace pace({20, Milliseconds{1'000}}, 5);
  LocalBuckets buckets(pace, 64);
  std::map<std::uint64_t, TimePoint> plain;
  TimePoint now = kStart;
  for (int i = 0; i < 50'000; ++i) {
    now += std::chrono::microseconds(random() % 4'000);
    const std::uint64_t user = random() % 64;
    auto& full_at = plain.try_emplace(user, now).first->second;
    const bool expected = pace.wait(full_at, now) <= Nanoseconds{0};
    ASSERT_EQ(buckets.take(key(user), now).verdict == Verdict::admitted, expected);
    if (expected) full_at = pace.taken(full_at, now);
    if (expected && random() % 8 == 0) {
      buckets.give_back(key(user));
      full_at = pace.given_back(full_at);
    }
  }
}

TEST(LocalBuckets, StayWithinTheirBound) {
  LocalBuckets buckets(Pace({1, Milliseconds{1'000}}, 5), 100);
  for (std::uint64_t i = 0; i < 10'000; ++i) (void)buckets.take(key(i), kStart);
  EXPECT_EQ(buckets.size(), 100u);
}

TEST(LocalBuckets, ForgetFullBucketsByThemselves) {
  LocalBuckets buckets(Pace({1, Milliseconds{1'000}}, 5), 1'000);
  for (std::uint64_t i = 0; i < 100; ++i) (void)buckets.take(key(i), kStart);
  for (std::uint64_t i = 100; i < 160; ++i) (void)buckets.take(key(i), kStart + std::chrono::seconds(10));
  EXPECT_LE(buckets.size(), 61u);
}

TEST(LocalBuckets, AFloodOfKeysGrantsNobodyASecondBurst) {
  const Pace pace({1, Milliseconds{1'000}}, 10);
  LocalBuckets buckets(pace, 100);
  const auto admitted = [&](std::uint64_t user, TimePoint now, int tries) {
    int count = 0;
    for (int i = 0; i < tries; ++i) count += buckets.take(key(user), now).verdict == Verdict::admitted;
    return count;
  };
  EXPECT_EQ(admitted(0, kStart, 20), 10);
  for (std::uint64_t made_up = 1; made_up <= 200; ++made_up) (void)admitted(made_up, kStart, 20);
  EXPECT_EQ(admitted(0, kStart, 20), 1) << "the flood made the table forget it";
  EXPECT_EQ(admitted(500, kStart, 20), 1) << "unknown keys begin with the rate";
  EXPECT_EQ(admitted(0, kStart + std::chrono::seconds(3), 20), 3);
  EXPECT_EQ(admitted(501, kStart + std::chrono::seconds(11), 20), 10) << "afterwards they have their burst again";
}

TEST(LocalBuckets, ManyGuestsWhoComeAndGoKeepTheirBurst) {
  const Pace pace({10, Milliseconds{1'000}}, 10);
  LocalBuckets buckets(pace, 100);
  TimePoint now = kStart;
  for (std::uint64_t guest = 0; guest < 5'000; ++guest) {
    now += Milliseconds{20};  // 50 a second, each of whom is full again after a second
    int count = 0;
    for (int i = 0; i < 12; ++i) count += buckets.take(key(guest), now).verdict == Verdict::admitted;
    ASSERT_EQ(count, 10) << guest;
  }
  EXPECT_LE(buckets.size(), 100u);
}

TEST(LocalBuckets, ASmallerTableDropsTheOldest) {
  LocalBuckets buckets(Pace({1, Milliseconds{1'000}}, 1), 100);
  for (std::uint64_t i = 0; i < 100; ++i) (void)buckets.take(key(i), kStart);
  buckets.set_max_keys(10);
  EXPECT_EQ(buckets.size(), 10u);
  EXPECT_GT(buckets.wait(key(99), kStart), Nanoseconds{0}) << "the newest are still known";
  EXPECT_EQ(buckets.wait(key(0), kStart), Nanoseconds{0});
}

}  // namespace
}  // namespace gatehouse::ratelimit
