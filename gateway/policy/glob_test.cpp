#include "gateway/policy/glob.hpp"

#include <gtest/gtest.h>

#include <chrono>

namespace gatehouse::policy {
namespace {

bool matches(const char* pattern, std::string_view text) { return Glob(pattern).matches(text); }

TEST(Glob, IsAnchoredAtBothEnds) {
  EXPECT_TRUE(matches("get_*", "get_issue"));
  EXPECT_TRUE(matches("get_*", "get_"));
  EXPECT_FALSE(matches("get_*", "forget_it"));
  EXPECT_FALSE(matches("get", "get_issue"));
  EXPECT_FALSE(matches("*get", "get_issue"));
  EXPECT_TRUE(matches("*", ""));
  EXPECT_TRUE(matches("a*b*c", "a-b-b-c"));
  EXPECT_FALSE(matches("a*b*c", "a-b-b-c-"));
}

TEST(Glob, KnowsNoOtherSpellings) {
  EXPECT_FALSE(matches("get_*", "GET_issue"));
  EXPECT_FALSE(matches("get_issue", "get\xef\xbc\xbfissue")) << "a full-width low line";
  EXPECT_FALSE(matches("delete", "d\xd0\xb5lete")) << "a Cyrillic letter";
  EXPECT_FALSE(matches("e\xcc\x81", "\xc3\xa9")) << "two ways to write e with an accent";
  EXPECT_TRUE(matches("a[b]", "a[b]"));
  EXPECT_FALSE(matches("a\\*", "a*"));
}

TEST(Glob, TakesOneWholeCharacterForAQuestionMark) {
  EXPECT_TRUE(matches("a?c", "abc"));
  EXPECT_TRUE(matches("a?c",
                      "a\xe2\x82\xac"
                      "c"));
  EXPECT_FALSE(matches("a??c",
                       "a\xe2\x82\xac"
                       "c"));
  EXPECT_FALSE(matches("a?", "a"));
}

// T51
TEST(Glob, IsNotSlowForAnybodysPattern) {
  const std::string text(4096, 'a');
  std::string pattern;
  for (int i = 0; i < 100; ++i) pattern += "a*";
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_FALSE(matches((pattern + "b").c_str(), text));
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(1));
}

}  // namespace
}  // namespace gatehouse::policy
