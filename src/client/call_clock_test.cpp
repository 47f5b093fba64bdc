#include "src/client/call_clock.hpp"

#include <gtest/gtest.h>

#include <gatehouse/base/signal.hpp>
#include <gatehouse/net/loop.hpp>

namespace gatehouse::client {
namespace {

constexpr Milliseconds kShort{20}, kLonger{120}, kNever{3'600'000};

/// How long until the clock ends the call.
Task<void> wait_for_end(net::Loop& loop, Request request, bool begins, Clock::duration& took) {
  Cancel cancel;
  Signal over;
  const Cancel::Hook hook(cancel, [&over] { over.notify(); });
  const TimePoint start = Clock::now();
  CallClock clock(loop.timers(), request, cancel);
  if (begins) clock.begun();
  co_await over.wait();
  EXPECT_EQ(cancel.reason(), CancelReason::timed_out);
  took = Clock::now() - start;
}

Clock::duration end_of(Request request, bool begins = false) {
  net::Loop loop;
  Clock::duration took{};
  net::run(loop, wait_for_end(loop, request, begins, took));
  return took;
}

TEST(CallClock, EndsACallThatNothingIsHeardOf) {
  EXPECT_LT(end_of({.idle_timeout = kNever, .max_timeout = kNever, .first_timeout = kShort}), std::chrono::minutes(1));
}

TEST(CallClock, GivesACallMoreTimeWhoseAnswerHasBegun) {
  EXPECT_GE(end_of({.idle_timeout = kLonger, .max_timeout = kNever, .first_timeout = kShort}, true), kLonger);
}

TEST(CallClock, NeverWaitsLongerForTheFirstSignThanForAnyOther) {
  EXPECT_LT(end_of({.idle_timeout = kShort, .max_timeout = kNever, .first_timeout = kNever}), std::chrono::minutes(1));
}

}  // namespace
}  // namespace gatehouse::client
