#include <gatehouse/identity/failure_budget.hpp>

#include <string>

#include <gtest/gtest.h>

namespace gatehouse::identity {
namespace {

using namespace std::chrono_literals;

constexpr TimePoint kNow{1h};

TEST(FailureBudget, T47AllowsABurstAndThenARate) {
  FailureBudget budget({.burst = 3, .per_second = 2});
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(budget.wait("192.0.2.1", kNow), 0ms);
    budget.failed("192.0.2.1", kNow);
  }
  EXPECT_EQ(budget.wait("192.0.2.1", kNow), 500ms);
  EXPECT_EQ(budget.wait("192.0.2.1", kNow + 499ms), 1ms);
  EXPECT_EQ(budget.wait("192.0.2.1", kNow + 500ms), 0ms);
  EXPECT_EQ(budget.wait("192.0.2.2", kNow), 0ms);
}

TEST(FailureBudget, CountsIpv6ByNetwork) {
  FailureBudget budget({.burst = 1, .per_second = 1});
  budget.failed("2001:db8::1", kNow);
  EXPECT_EQ(budget.wait("2001:db8::2", kNow), 1s);
  EXPECT_EQ(budget.wait("2001:db8:0:1::1", kNow), 0ms);
  budget.failed("::ffff:192.0.2.1", kNow);
  EXPECT_EQ(budget.wait("192.0.2.1", kNow), 1s);
}

TEST(FailureBudget, HasABound) {
  FailureBudget budget({.max_addresses = 100});
  for (int i = 0; i < 1'000; ++i)
    budget.failed("10.0." + std::to_string(i / 250) + "." + std::to_string(i % 250), kNow);
  EXPECT_EQ(budget.addresses(), 100u);
}

}  // namespace
}  // namespace gatehouse::identity
