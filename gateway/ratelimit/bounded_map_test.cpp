#include "gateway/ratelimit/bounded_map.hpp"

#include <algorithm>
#include <list>
#include <random>
#include <utility>

#include <gtest/gtest.h>

namespace gatehouse::ratelimit {
namespace {

/// The same as a list, newest first.
class PlainMap {
 public:
  int* find(const Key& key) {
    const auto found = std::ranges::find(entries, key, &std::pair<Key, int>::first);
    if (found == entries.end()) return nullptr;
    entries.splice(entries.begin(), entries, found);
    return &entries.front().second;
  }
  std::list<std::pair<Key, int>> entries;
};

TEST(BoundedMap, AgreesWithAList) {
  std::mt19937_64 random(9);  // NOLINT: the same numbers each time
  BoundedMap<int> map(200);
  PlainMap plain;
  for (int i = 0; i < 60'000; ++i) {
    const Key key{random() % 300 * 64, random() % 2};  // they meet in few buckets
    int* const found = map.find(key);
    int* const expected = plain.find(key);
    ASSERT_EQ(found != nullptr, expected != nullptr);
    if (found) {
      ASSERT_EQ(*found, *expected);
    }
    if (found && random() % 4 == 0) {
      map.erase(key);
      plain.entries.pop_front();
    } else if (!found) {
      if (map.full()) {
        ASSERT_EQ(*map.oldest(), plain.entries.back().second);
        map.drop_oldest();
        plain.entries.pop_back();
      }
      map.insert(key, i);
      plain.entries.emplace_front(key, i);
    }
    ASSERT_EQ(map.size(), plain.entries.size());
  }
}

TEST(BoundedMap, PeekingDoesNotMakeRecent) {
  BoundedMap<int> map(2);
  map.insert({1, 0}, 1);
  map.insert({2, 0}, 2);
  EXPECT_EQ(*map.peek({1, 0}), 1);
  map.drop_oldest();
  EXPECT_EQ(map.peek({1, 0}), nullptr);
  EXPECT_EQ(map.peek({2, 1}), nullptr);
}

}  // namespace
}  // namespace gatehouse::ratelimit
