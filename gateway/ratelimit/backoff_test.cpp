#include "gateway/ratelimit/backoff.hpp"

#include <gtest/gtest.h>

#include "gateway/ratelimit/gate.hpp"

namespace gatehouse::ratelimit {
namespace {

using std::chrono::seconds;
constexpr TimePoint kStart{std::chrono::hours(1)};
constexpr Seed kSeed{4, 2};
constexpr Backoff::Options kOptions{
    .free = 2, .first = Milliseconds{1'000}, .longest = Milliseconds{10'000}, .max_keys = 50};

TEST(Backoff, DoublesTheWaitUpToABound) {
  Backoff backoff(kOptions);
  const Key key{1, 1};
  TimePoint now = kStart;
  std::vector<std::int64_t> waits;
  for (int i = 0; i < 8; ++i) {
    backoff.failed(key, now);
    const auto wait = std::max(backoff.wait(key, now), Nanoseconds{0});
    waits.push_back(std::chrono::duration_cast<seconds>(wait).count());
    now += wait;
  }
  EXPECT_EQ(waits, (std::vector<std::int64_t>{0, 0, 1, 2, 4, 8, 10, 10}));
  EXPECT_LE(backoff.wait({2, 1}, now), Nanoseconds{0}) << "others do not wait";
}

TEST(Backoff, IsOverAfterASuccessOrALongQuietTime) {
  Backoff backoff(kOptions);
  for (int i = 0; i < 4; ++i) backoff.failed({1, 1}, kStart);
  EXPECT_GT(backoff.wait({1, 1}, kStart), Nanoseconds{0});
  backoff.succeeded({1, 1});
  EXPECT_LE(backoff.wait({1, 1}, kStart), Nanoseconds{0});
  for (int i = 0; i < 4; ++i) backoff.failed({1, 1}, kStart);
  backoff.failed({1, 1}, kStart + seconds(13));
  EXPECT_LE(backoff.wait({1, 1}, kStart + seconds(13)), Nanoseconds{0}) << "that was the first one again";
}

TEST(Backoff, StaysWithinItsBound) {
  Backoff backoff(kOptions);
  for (std::uint64_t i = 0; i < 1'000; ++i) backoff.failed({i, i}, kStart);
  EXPECT_EQ(backoff.size(), 50u);
  for (int i = 0; i < 200; ++i) backoff.failed({7, 7}, kStart);
  EXPECT_EQ(backoff.wait({7, 7}, kStart), seconds(10)) << "no number of failures leads out of the range";
}

GateOptions gate_options() {
  return {.rate = {10, Milliseconds{1'000}}, .burst = 3, .failures = {6, Milliseconds{60'000}}, .free_failures = 2};
}

TEST(Gate, CountsRequestsByNetwork) {
  Gate gate(kSeed, gate_options());
  for (int i = 0; i < 3; ++i) EXPECT_EQ(gate.request("2001:db8::1", kStart), Nanoseconds{0});
  EXPECT_EQ(gate.request("2001:db8::2", kStart), Milliseconds{100}) << "the same network";
  EXPECT_EQ(gate.request("2001:db8:0:1::1", kStart), Nanoseconds{0});
  EXPECT_EQ(gate.request("192.0.2.1", kStart), Nanoseconds{0});
  EXPECT_EQ(gate.counters().requests, 1u);
}

TEST(Gate, MakesWhoGuessesOneKeyWait) {
  Gate gate(kSeed, gate_options());
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(gate.attempt("192.0.2.1", "key-1", kStart), Nanoseconds{0});
    gate.failed("192.0.2.1", "key-1", kStart);
  }
  EXPECT_EQ(gate.attempt("192.0.2.1", "key-1", kStart), seconds(1));
  EXPECT_EQ(gate.attempt("192.0.2.1", "key-2", kStart), Nanoseconds{0}) << "the neighbours' keys are let alone";
  EXPECT_EQ(gate.attempt("192.0.2.2", "key-1", kStart), Nanoseconds{0}) << "nobody can lock out a key's owner";
  gate.succeeded("192.0.2.1", "key-1");
  EXPECT_EQ(gate.attempt("192.0.2.1", "key-1", kStart), Nanoseconds{0});
}

TEST(Gate, IsQuietUntilSomethingIsWrongAndAgainMuchLater) {
  Gate gate(kSeed, gate_options());
  EXPECT_TRUE(gate.is_quiet(kStart));
  EXPECT_EQ(gate.failed("192.0.2.1", "key-1", kStart), Nanoseconds{0});
  EXPECT_FALSE(gate.is_quiet(kStart));
  EXPECT_FALSE(gate.is_quiet(kStart + seconds(60)));
  EXPECT_TRUE(gate.is_quiet(kStart + std::chrono::hours(1)));
}

TEST(Gate, SaysWhenAWrongCredentialWasOneTooMany) {
  Gate gate(kSeed, gate_options());
  for (int i = 0; i < 6; ++i) EXPECT_EQ(gate.failed("192.0.2.1", std::to_string(i), kStart), Nanoseconds{0});
  EXPECT_EQ(gate.failed("192.0.2.1", "7", kStart), seconds(10));
  EXPECT_EQ(gate.failed("192.0.2.2", "7", kStart), Nanoseconds{0});
  EXPECT_EQ(gate.repeat("192.0.2.1", "8", kStart), Nanoseconds{0}) << "what was right before is looked at";
}

TEST(Gate, MakesWhoTriesManyKeysWait) {
  Gate gate(kSeed, gate_options());
  int looked_at = 0;
  for (int i = 0; i < 1'000; ++i) {
    const std::string made_up = "key-" + std::to_string(i);
    if (gate.attempt("192.0.2.1", made_up, kStart) > Nanoseconds{0}) continue;
    ++looked_at;
    gate.failed("192.0.2.1", made_up, kStart);
  }
  EXPECT_EQ(looked_at, 6);
  EXPECT_EQ(gate.counters().credentials, 994u);
  EXPECT_EQ(gate.attempt("192.0.2.1", "fresh", kStart + seconds(10)), Nanoseconds{0});
}

TEST(Gate, KeepsWhatItKnowsWhenOtherNumbersChange) {
  Gate gate(kSeed, gate_options());
  for (int i = 0; i < 3; ++i) (void)gate.request("192.0.2.1", kStart);
  GateOptions options = gate_options();
  options.failures.count = 100;
  gate.set_options(options);
  EXPECT_GT(gate.request("192.0.2.1", kStart), Nanoseconds{0});
  options.burst = 4;
  gate.set_options(options);
  EXPECT_EQ(gate.request("192.0.2.1", kStart), Nanoseconds{0}) << "another bucket begins full";
}

}  // namespace
}  // namespace gatehouse::ratelimit
