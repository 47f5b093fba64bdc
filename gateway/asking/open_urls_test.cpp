#include "gateway/asking/open_urls.hpp"

#include <gtest/gtest.h>

namespace gatehouse::asking {
namespace {

using std::chrono::minutes;

OpenUrls::Standing standing(std::string state) {
  OpenUrls::Standing one;
  one.state = std::move(state);
  return one;
}

std::string taken(OpenUrls& urls, std::string_view session, std::string_view call, TimePoint now) {
  const auto one = urls.take(session, call, now);
  return one ? one->state.value_or("") : "none";
}

constexpr TimePoint kNow{};

TEST(OpenUrls, TheSameCallGoesOnOnceWhereItStood) {
  OpenUrls urls;
  urls.keep("s1", "merge", standing("A"), kNow, kNow + minutes(15));
  EXPECT_EQ(taken(urls, "s1", "other", kNow), "none");
  EXPECT_EQ(taken(urls, "s2", "merge", kNow), "none") << "of another session";
  EXPECT_EQ(taken(urls, "s1", "merge", kNow + minutes(14)), "A");
  EXPECT_EQ(taken(urls, "s1", "merge", kNow), "none");
  EXPECT_TRUE(urls.empty());
}

TEST(OpenUrls, KeepsTheNewestStateAndForgetsWithTimeAndSession) {
  OpenUrls urls;
  urls.keep("s1", "merge", standing("A"), kNow, kNow + minutes(15));
  urls.keep("s1", "merge", standing("B"), kNow, kNow + minutes(15));
  EXPECT_EQ(taken(urls, "s1", "merge", kNow), "B");
  urls.keep("s1", "merge", standing("C"), kNow, kNow + minutes(15));
  EXPECT_EQ(taken(urls, "s1", "merge", kNow + minutes(15)), "none");
  urls.keep("s1", "merge", standing("D"), kNow, kNow + minutes(15));
  urls.forget("s1");
  EXPECT_TRUE(urls.empty());
}

TEST(OpenUrls, IsBounded) {
  OpenUrls urls;
  urls.keep("s", "large", standing(std::string(100'000, 'x')), kNow, kNow + minutes(15));
  EXPECT_TRUE(urls.empty());
  for (int i = 0; i < 17; ++i) urls.keep("s", std::to_string(i), standing("A"), kNow, kNow + minutes(15));
  EXPECT_EQ(taken(urls, "s", "0", kNow), "none") << "the oldest made room";
  EXPECT_EQ(taken(urls, "s", "16", kNow), "A");
  for (int i = 0; i < 1100; ++i) urls.keep(std::to_string(i), "c", standing("A"), kNow, kNow + minutes(15));
  EXPECT_EQ(taken(urls, "1099", "c", kNow), "none");
  urls.keep("late", "c", standing("A"), kNow + minutes(20), kNow + minutes(35));
  EXPECT_EQ(taken(urls, "late", "c", kNow + minutes(20)), "A") << "what is over makes room";
}

}  // namespace
}  // namespace gatehouse::asking
