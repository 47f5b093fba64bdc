#include <gatehouse/base/wildcard.hpp>

#include <gtest/gtest.h>

#include <vector>

namespace gatehouse {
namespace {

TEST(Wildcard, DescribesTheWholeText) {
  EXPECT_TRUE(matches_wildcards("/mcp", "/mcp"));
  EXPECT_FALSE(matches_wildcards("/mcp", "/mcp/"));
  EXPECT_FALSE(matches_wildcards("/mcp/", "/mcp"));
  EXPECT_FALSE(matches_wildcards("", "a"));
  EXPECT_TRUE(matches_wildcards("", ""));
}

TEST(Wildcard, StarTakesAsMuchAsItNeeds) {
  EXPECT_TRUE(matches_wildcards("*", ""));
  EXPECT_TRUE(matches_wildcards("get_*", "get_"));
  EXPECT_TRUE(matches_wildcards("*.get_*_by_*", "jira.get_get_a_by_by_"));
  EXPECT_TRUE(matches_wildcards("a*b*c", "a-b-b-c-c"));
  EXPECT_FALSE(matches_wildcards("a*b*c", "a-c-b"));
  EXPECT_TRUE(matches_wildcards("**a**", "xxaxx"));
}

TEST(Wildcard, QuestionMarkTakesOne) {
  EXPECT_TRUE(matches_wildcards("v?", "v1"));
  EXPECT_FALSE(matches_wildcards("v?", "v"));
  EXPECT_FALSE(matches_wildcards("v?", "v12"));
  EXPECT_TRUE(matches_wildcards("*?", "a"));
  EXPECT_TRUE(matches_wildcards("v?*", "v\xe2\x82\xac"));
  EXPECT_FALSE(matches_wildcards("v??", "v\xe2\x82\xac"));
}

TEST(Wildcard, AnyOfSeveral) {
  const std::vector<std::string> patterns = {"/a", "/b/*"};
  EXPECT_TRUE(matches_any_wildcards(patterns, "/b/c"));
  EXPECT_FALSE(matches_any_wildcards(patterns, "/b"));
  EXPECT_FALSE(matches_any_wildcards({}, "/b"));
}

}  // namespace
}  // namespace gatehouse
