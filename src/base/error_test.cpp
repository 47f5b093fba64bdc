#include <gatehouse/base/error.hpp>

#include <set>
#include <string>

#include <gtest/gtest.h>

namespace gatehouse {
namespace {

TEST(Error, EveryKindHasAnOwnName) {
  std::set<std::string_view> names;
  const int last = static_cast<int>(Kind::internal);
  for (int i = 0; i <= last; ++i) names.insert(to_string(static_cast<Kind>(i)));
  EXPECT_EQ(names.size(), static_cast<std::size_t>(last) + 1);
}

TEST(Error, CarriesWhatItWasGiven) {
  const Error error = Error{Kind::unavailable, Origin::upstream, "down", "connect: refused"}
                          .with_data(R"({"server":"a"})")
                          .with_retry(Retry::later(std::chrono::milliseconds{50}));
  EXPECT_EQ(to_string(error.kind), "unavailable");
  EXPECT_EQ(to_string(error.origin), "upstream");
  EXPECT_EQ(error.data, R"({"server":"a"})");
  EXPECT_EQ(error.retry.when, Retry::When::later);
  EXPECT_EQ(error.retry.after, std::chrono::milliseconds{50});
}

}  // namespace
}  // namespace gatehouse
