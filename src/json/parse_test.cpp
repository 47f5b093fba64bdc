#include <gtest/gtest.h>

#include <gatehouse/json/reader.hpp>
#include <gatehouse/json/value.hpp>

#include "src/json/padded_test.hpp"
#include "src/json/random_json_test.hpp"

namespace gatehouse::json {
namespace {

TEST(Parse, GivesBackWhatWasWritten) {
  test::RandomJson random(5);
  for (int round = 0; round < 3000; ++round) {
    const Value value = random.value(4);
    const auto compact = parse(value.str());
    ASSERT_TRUE(compact) << value.str();
    ASSERT_EQ(*compact, value);
    ASSERT_EQ(parse(value.pretty()).value(), value);
    ASSERT_EQ(parse(random.spelled(value)).value(), value);
  }
}

TEST(Parse, KeepsTheTextOfNumbers) {
  const std::string text = "[1.50,1E5,-0,123456789012345678901234567890,1e400]";
  EXPECT_EQ(parse(text).value().str(), text);
}

TEST(Parse, AcceptsAnyRoot) {
  EXPECT_EQ(parse("\"\\u0041\\n\"").value(), Value("A\n"));
  EXPECT_EQ(parse(" -7 ").value().as_int(), -7);
  EXPECT_TRUE(parse("null").value().is_null());
  EXPECT_EQ(parse("false").value().as_bool(), false);
}

TEST(Parse, RefusesDuplicateKeysHoweverTheyAreSpelled) {
  EXPECT_FALSE(parse(R"({"a":1,"a":1})"));
  EXPECT_FALSE(parse(R"({"a":1,"b":2,"\u0061":3})"));
  EXPECT_FALSE(parse(R"([{"x":{"a":1,"a":2}}])"));
  std::string many = "{";
  for (int i = 0; i < 1000; ++i) many += "\"k" + std::to_string(i) + "\":0,";
  EXPECT_TRUE(parse(many + "\"last\":0}"));
  const auto repeated = parse(many + "\"k500\":0}");
  ASSERT_FALSE(repeated);
  EXPECT_EQ(repeated.error().kind, Kind::parse_error);
  EXPECT_EQ(repeated.error().message, "invalid JSON: an object repeats a member");
}

TEST(Parse, ReplacesHalfSurrogatePairs) {
  EXPECT_EQ(parse(R"(["cut \ud83d","\ude00\ud83d\ude00"])").value().str(),
            "[\"cut \xEF\xBF\xBD\",\"\xEF\xBF\xBD\xF0\x9F\x98\x80\"]");
}

TEST(Parse, BoundsDepthWhateverItsCallerAsksFor) {
  const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  EXPECT_TRUE(parse(nested(128)));
  EXPECT_FALSE(parse(nested(129)));
  EXPECT_TRUE(parse(nested(kMaxValueDepth), 1'000'000));
  EXPECT_FALSE(parse(nested(kMaxValueDepth + 1), 1'000'000));
}

TEST(Parse, AcceptsExactlyTheValidTextsWithoutDuplicates) {
  test::RandomJson random(6);
  int accepted = 0;
  for (int round = 0; round < 10000; ++round) {
    const std::string text = random.damaged(random.spelled(random.value(3)));
    const auto value = parse(text);
    const bool valid = reader().validate(test::Padded(text).view(), 128).has_value();
    accepted += value.has_value();
    if (value) {
      ASSERT_TRUE(valid) << text;
      ASSERT_EQ(parse(value->str()).value(), *value) << text;
    } else if (valid) {
      ASSERT_EQ(value.error().message, "invalid JSON: an object repeats a member") << text;
    }
  }
  EXPECT_GT(accepted, 1000);
}

TEST(Parse, SaysWhatIsWrong) {
  const auto value = parse("{\"a\":}");
  ASSERT_FALSE(value);
  EXPECT_EQ(value.error().kind, Kind::parse_error);
  EXPECT_EQ(value.error().message, "invalid JSON at byte 5: no value begins like this");
}

}  // namespace
}  // namespace gatehouse::json
