#include "src/json/grammar.hpp"

#include <gtest/gtest.h>

namespace gatehouse::json::grammar {
namespace {

bool accepts(std::string_view text, std::size_t max_depth = 8) { return check(text, max_depth).has_value(); }

TEST(Grammar, AcceptsEveryKindOfValueAtTheRoot) {
  for (const char* text :
       {"{}", "[]", "\"\"", "0", "-1.5e+10", "true", "false", "null", " \t\r\n[ ] ", "{\"a\":[{}]}"}) {
    EXPECT_TRUE(accepts(text)) << text;
  }
}

TEST(Grammar, RefusesWhatRfc8259DoesNotKnow) {
  for (const char* text : {"",
                           " ",
                           "{",
                           "[",
                           "[1",
                           "[1,",
                           "[1,]",
                           "[,1]",
                           "[1 2]",
                           "{\"a\"}",
                           "{\"a\":}",
                           "{\"a\":1,}",
                           "{a:1}",
                           "{'a':1}",
                           "{1:1}",
                           "{\"a\":1 \"b\":2}",
                           "{\"a\" 1}",
                           "[}",
                           "{]",
                           "[{]}",
                           "]",
                           "}",
                           ",",
                           ":",
                           "1 2",
                           "{} {}",
                           "[]]",
                           "tru",
                           "truee",
                           "True",
                           "nul",
                           "NaN",
                           "Infinity",
                           "+1",
                           ".5",
                           "1.",
                           "01",
                           "-",
                           "-a",
                           "1e",
                           "1e+",
                           "0x10",
                           "\"",
                           "\"a",
                           "\"\\\"",
                           "\"\\x\"",
                           "\"\\u12\"",
                           "\"\\u12g4\"",
                           "\"\t\"",
                           "\"\n\"",
                           "// c\n1",
                           "[1]//",
                           "\xEF\xBB\xBF{}",
                           "\x0c[]"}) {
    EXPECT_FALSE(accepts(text)) << text;
  }
}

TEST(Grammar, AcceptsNumbersOfAnySizeAndHalfSurrogatePairs) {
  EXPECT_TRUE(accepts("[1e999999, 123456789012345678901234567890, -0.0E-400]"));
  EXPECT_TRUE(accepts(R"(["\ud83d", "\ude00", "\ud83dx"])"));
}

TEST(Grammar, CountsOnlyOpenContainers) {
  EXPECT_TRUE(accepts("[[[]]]", 3));
  EXPECT_FALSE(accepts("[[[[]]]]", 3));
  EXPECT_TRUE(accepts("[[[]],[[]],{\"a\":[]}]", 3));
  EXPECT_TRUE(accepts("1", 0));
  EXPECT_FALSE(accepts("{}", 0));
}

TEST(Grammar, NamesThePlaceOfTheError) {
  const auto checked = check("{\"a\": tru}", 8);
  ASSERT_FALSE(checked);
  EXPECT_EQ(checked.error().kind, Kind::parse_error);
  EXPECT_EQ(checked.error().origin, Origin::client);
  EXPECT_EQ(checked.error().message, "invalid JSON at byte 6: no value begins like this");
}

TEST(Grammar, TakesAMillionOpenBracketsWithoutTheStack) {
  const std::string open(1'000'000, '[');
  EXPECT_FALSE(accepts(open, open.size()));
  EXPECT_TRUE(accepts(open + std::string(open.size(), ']'), open.size()));
}

}  // namespace
}  // namespace gatehouse::json::grammar
