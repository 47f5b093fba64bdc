#include "src/identity/key_cache.hpp"

#include <gtest/gtest.h>

#include "tests/support/signing_key.hpp"

namespace gatehouse::identity {
namespace {

using namespace std::chrono_literals;
using Search = KeyCache::Search;

json::Value some_jwk(std::string_view kid) {
  static const auto key = test::SigningKey::generate(jose::Algorithm::es256);
  return key.jwk(kid);
}

class KeyCacheTest : public testing::Test {
 protected:
  void store(std::initializer_list<json::Value> keys, std::optional<std::chrono::seconds> max_age = {},
             double jitter = 0) {
    const auto text = test::jwks(keys);
    cache_.store(text, *jose::KeySet::parse(text), max_age, jitter, now_);
  }
  [[nodiscard]] auto refresh_in() const { return cache_.refresh_at(now_) - now_; }

  KeyCache cache_{KeyOptions{}};
  TimePoint now_ = TimePoint{} + 10h;
};

TEST_F(KeyCacheTest, IsRefreshedAtEightyPercentOfMaxAgeWithinBounds) {
  EXPECT_EQ(refresh_in(), 0s);
  store({some_jwk("a")}, 1000s);
  EXPECT_EQ(refresh_in(), 800s);
  store({some_jwk("a")}, 1000s, 1);
  EXPECT_EQ(refresh_in(), 720s);
  store({some_jwk("a")}, 0s);
  EXPECT_EQ(refresh_in(), 300s);
  store({some_jwk("a")}, std::chrono::days(365));
  EXPECT_EQ(refresh_in(), 24h);
  store({some_jwk("a")});
  EXPECT_EQ(refresh_in(), 48min);
}

TEST_F(KeyCacheTest, IsRetriedLessAndLessOften) {
  store({some_jwk("a")}, 1000s);
  now_ += 800s;
  for (const auto wait : {1s, 2s, 4s, 8s, 16s, 30s, 30s}) {
    cache_.failed(now_);
    EXPECT_EQ(refresh_in(), wait);
    now_ += wait;
  }
  store({some_jwk("a")}, 1000s);
  EXPECT_FALSE(cache_.backoff().failing());
}

TEST_F(KeyCacheTest, IsUsableForADayAfterItShouldHaveBeenRefreshed) {
  EXPECT_EQ(cache_.usable(now_), nullptr);
  store({some_jwk("a")}, 1000s);
  EXPECT_NE(cache_.usable(now_ + 800s + 24h - 1ns), nullptr);
  EXPECT_EQ(cache_.usable(now_ + 800s + 24h), nullptr);
}

TEST_F(KeyCacheTest, CountsChangesOnly) {
  store({some_jwk("a")});
  store({some_jwk("a")});
  auto same = some_jwk("a");
  same.erase("use");
  store({same});
  EXPECT_EQ(cache_.generation(), 0u);
  store({some_jwk("a"), some_jwk("b")});
  EXPECT_EQ(cache_.generation(), 1u);
  store({some_jwk("b")});
  EXPECT_EQ(cache_.generation(), 2u);
}

TEST_F(KeyCacheTest, SearchesSeldomAndNotForWhatIsNotThere) {
  store({some_jwk("a")});
  EXPECT_EQ(cache_.search("x", now_), Search::fetch);
  cache_.searching(now_);
  cache_.note_missing("x", now_);
  EXPECT_EQ(cache_.search("x", now_), Search::missing);
  EXPECT_EQ(cache_.search("y", now_), Search::too_soon);
  EXPECT_EQ(cache_.search(std::nullopt, now_), Search::too_soon);
  EXPECT_EQ(cache_.may_search_in(now_), 30s);
  EXPECT_EQ(cache_.search("y", now_ + 30s), Search::fetch);
  EXPECT_EQ(cache_.search("x", now_ + 59s), Search::missing);
  EXPECT_EQ(cache_.search("x", now_ + 60s), Search::fetch);
}

TEST_F(KeyCacheTest, KnowsThatAKeyIsGoneOrCame) {
  store({some_jwk("a")});
  cache_.note_missing("b", now_);
  store({some_jwk("b")});
  EXPECT_EQ(cache_.search("a", now_), Search::missing);
  EXPECT_EQ(cache_.search("b", now_), Search::fetch);
}

TEST_F(KeyCacheTest, T9RemembersAThousandMissingKeys) {
  for (int i = 0; i < 10'000; ++i) cache_.note_missing(std::to_string(i), now_);
  EXPECT_EQ(cache_.missing_count(), 1'000u);
}

}  // namespace
}  // namespace gatehouse::identity
