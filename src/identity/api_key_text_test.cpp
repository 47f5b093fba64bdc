#include <gatehouse/identity/api_key_text.hpp>

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace gatehouse::identity {
namespace {

TEST(ApiKeyText, WhatIsMadeIsRead) {
  const std::string id = make_api_key_id();
  const std::string key = make_api_key("live", id);
  const auto read = parse_api_key(key);
  ASSERT_TRUE(read) << key;
  EXPECT_EQ(read->id, id);
  EXPECT_EQ(read->environment, "live");
  EXPECT_TRUE(key.starts_with("gatek_live_" + id + "_"));
  EXPECT_EQ(key.substr(0, read->proof.size()), read->proof);
}

// The checksum of a fixed key, so that scanners which know the format keep knowing it.
TEST(ApiKeyText, FormatIsFixed) {
  const std::string proof = "gatek_test_abcdefghijkl_" + std::string(43, '0');
  EXPECT_TRUE(parse_api_key(proof + "_4QOSc1"));
}

TEST(ApiKeyText, EveryTypoIsNoticed) {
  const std::string key = make_api_key("test", make_api_key_id());
  for (std::size_t i = 0; i < key.size(); ++i) {
    std::string typo = key;
    typo[i] = typo[i] == 'x' ? 'y' : 'x';
    EXPECT_FALSE(parse_api_key(typo)) << i;
    EXPECT_FALSE(parse_api_key(key.substr(0, i))) << i;
  }
  EXPECT_FALSE(parse_api_key(key + "a"));
  EXPECT_FALSE(parse_api_key(""));
}

TEST(ApiKeyText, SecretsAndIdsDiffer) {
  std::set<std::string> keys, ids;
  for (int i = 0; i < 200; ++i) {
    ids.insert(make_api_key_id());
    keys.insert(make_api_key("live", "aaaaaaaaaaaa"));
  }
  EXPECT_EQ(keys.size(), 200u);
  EXPECT_EQ(ids.size(), 200u);
}

}  // namespace
}  // namespace gatehouse::identity
