#include "gateway/subscriptions/wishes.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <random>
#include <set>

#include <gtest/gtest.h>

namespace gatehouse::subscriptions {
namespace {

using std::chrono::seconds;
using Standing = Wishes::Standing;
using Texts = std::vector<std::string>;

constexpr TimePoint kStart{};

class Anybody final : public Watcher {
 public:
  void updated(std::uint64_t, std::string_view) override {}
};

std::set<const Watcher*> affected(const Wishes& wishes, std::string_view uri) {
  std::set<const Watcher*> all;
  wishes.each_affected(uri, [&all](Watcher& one) { all.insert(&one); });
  return all;
}

// GB-185
TEST(Wishes, TheServerIsToldOnceAndTheLastOneToLeaveTakesItBack) {
  Wishes wishes({.linger = seconds(5)});
  Anybody a, b;
  EXPECT_TRUE(*wishes.add("x:1", a));
  EXPECT_FALSE(*wishes.add("x:1", b));
  wishes.remove("x:1", a, kStart);
  EXPECT_FALSE(wishes.expire(kStart + seconds(60)));
  EXPECT_EQ(wishes.uris(), Texts{"x:1"});
  wishes.remove("x:1", b, kStart);
  EXPECT_TRUE(wishes.expire(kStart + seconds(60)));
  EXPECT_EQ(wishes.uris(), Texts{});
}

TEST(Wishes, AUriLingersAfterItsLastWatcher) {
  Wishes wishes({.linger = seconds(5)});
  Anybody a, b;
  (void)wishes.add("x:1", a);
  EXPECT_FALSE(wishes.next_expiry());
  wishes.remove("x:1", a, kStart + seconds(1));
  EXPECT_EQ(wishes.next_expiry(), kStart + seconds(6));
  EXPECT_FALSE(wishes.expire(kStart + seconds(5)));
  EXPECT_FALSE(*wishes.add("x:1", b)) << "it is still watched";
  EXPECT_FALSE(wishes.expire(kStart + seconds(60)));
}

TEST(Wishes, WhatTheServerRefusedDoesNotLinger) {
  Wishes wishes({.linger = seconds(5)});
  Anybody a;
  (void)wishes.add("x:1", a);
  wishes.answered(Texts{"x:1"}, {});
  wishes.remove("x:1", a, kStart);
  EXPECT_TRUE(wishes.expire(kStart));
  EXPECT_TRUE(*wishes.add("x:1", a)) << "the server is asked anew";
}

TEST(Wishes, WhoeverDidNotAskTakesNothingBack) {
  Wishes wishes({});
  Anybody a, stranger;
  (void)wishes.add("x:1", a);
  wishes.remove("x:1", stranger, kStart);
  wishes.remove("x:2", a, kStart);
  EXPECT_FALSE(wishes.expire(kStart + seconds(60)));
  EXPECT_EQ(affected(wishes, "x:1"), std::set<const Watcher*>{&a});
}

// GB-182
TEST(Wishes, KnowWhatTheServerSaid) {
  Wishes wishes({});
  Anybody a;
  (void)wishes.add("x:1", a);
  (void)wishes.add("x:2", a);
  EXPECT_EQ(wishes.standing("x:1"), Standing::unknown);
  wishes.answered(Texts{"x:1", "x:2", "x:9"}, Texts{"x:2", "x:9"});
  EXPECT_EQ(wishes.standing("x:1"), Standing::refused);
  EXPECT_EQ(wishes.standing("x:2"), Standing::accepted);
  EXPECT_EQ(wishes.standing("x:9"), Standing::unknown) << "nobody watches it";
  wishes.forget_answers();
  EXPECT_EQ(wishes.standing("x:2"), Standing::unknown);
}

TEST(Wishes, TheirNumberIsBounded) {
  Wishes wishes({.max_uris = 2});
  Anybody a;
  (void)wishes.add("x:1", a);
  (void)wishes.add("x:2", a);
  EXPECT_EQ(wishes.add("x:3", a).error().kind, Kind::limit_exceeded);
  EXPECT_TRUE(wishes.add("x:2", a)) << "one more for a known one is no new one";
}

// GB-184
TEST(Wishes, ASubResourceConcernsThoseWhoWatchWhatItLiesBelow) {
  Wishes wishes({});
  Anybody file, folder, slashed, root, other;
  (void)wishes.add("file:///srv/a/b.txt", file);
  (void)wishes.add("file:///srv/a", folder);
  (void)wishes.add("file:///srv/", slashed);
  (void)wishes.add("file:///", root);
  (void)wishes.add("file:///srv/aa", other);
  EXPECT_EQ(affected(wishes, "file:///srv/a/b.txt"), std::set<const Watcher*>{&file}) << "its own watchers come first";
  EXPECT_EQ(affected(wishes, "file:///srv/a/c.txt"), (std::set<const Watcher*>{&folder, &slashed, &root}));
  EXPECT_EQ(affected(wishes, "file:///srv/ab"), (std::set<const Watcher*>{&slashed, &root}));
  EXPECT_EQ(affected(wishes, "file:///etc"), std::set<const Watcher*>{&root});
  EXPECT_EQ(affected(wishes, "memo:///srv/a/c.txt"), std::set<const Watcher*>{});
  EXPECT_EQ(affected(wishes, "no path"), std::set<const Watcher*>{});
}

/// The same said slowly: who asked for what, as a list.
struct Plain {
  std::multimap<std::string, const Watcher*> all;
  [[nodiscard]] static bool below(std::string_view uri, std::string_view watched) {
    return uri.starts_with(watched) && (watched.ends_with('/') || uri.substr(watched.size()).starts_with('/'));
  }
  [[nodiscard]] std::set<const Watcher*> affected(const std::string& uri) const {
    std::set<const Watcher*> exact, above;
    for (const auto& [watched, who] : all) {
      if (watched == uri) exact.insert(who);
      if (below(uri, watched)) above.insert(who);
    }
    return exact.empty() ? above : exact;
  }
};

// GB-184, GB-185
TEST(Wishes, AgreeWithAListThatIsSearchedFromEndToEnd) {
  std::mt19937 random(7);
  const Texts uris = {"a:/", "a:/b", "a:/b/", "a:/b/c", "a:/b/c/d", "a:/bc", "a://x", "a://x/y", "/", "x"};
  Wishes wishes({.linger = seconds(0)});
  Plain plain;
  std::array<Anybody, 4> people;
  for (int step = 0; step < 5000; ++step) {
    const std::string& uri = uris[random() % uris.size()];
    Anybody& who = people[random() % people.size()];
    if (random() % 2 == 0) {
      ASSERT_TRUE(wishes.add(uri, who));
      plain.all.emplace(uri, &who);
    } else {
      wishes.remove(uri, who, kStart);
      const auto [from, to] = plain.all.equal_range(uri);
      const auto one = std::find_if(from, to, [&](const auto& item) { return item.second == &who; });
      if (one != to) plain.all.erase(one);
      wishes.expire(kStart);
    }
    std::set<std::string> watched;
    for (const auto& [each, by] : plain.all) watched.insert(each);
    ASSERT_EQ(wishes.uris(), Texts(watched.begin(), watched.end()));
    for (const std::string& each : uris) ASSERT_EQ(affected(wishes, each), plain.affected(each)) << each;
  }
}

}  // namespace
}  // namespace gatehouse::subscriptions
