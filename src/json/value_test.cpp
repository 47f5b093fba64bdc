#include <gatehouse/json/value.hpp>

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

namespace gatehouse::json {
namespace {

TEST(Value, KnowsItsType) {
  EXPECT_TRUE(Value().is_null());
  EXPECT_TRUE(Value(nullptr).is_null());
  EXPECT_TRUE(Value(true).is_bool());
  EXPECT_TRUE(Value(1).is_number());
  EXPECT_TRUE(Value(1u).is_number());
  EXPECT_TRUE(Value(1LL).is_number());
  EXPECT_TRUE(Value(0.5).is_number());
  EXPECT_TRUE(Value("text").is_string());
  EXPECT_TRUE(Value::array().is_array());
  EXPECT_TRUE(Value::object().is_object());
  static_assert(!std::is_constructible_v<Value, int*>, "a pointer is not a truth value");
}

TEST(Value, ReadsWholeNumbersExactly) {
  const auto whole = [](const char* text) { return Value::number(text).as_int(); };
  EXPECT_EQ(whole("0"), 0);
  EXPECT_EQ(whole("-0"), 0);
  EXPECT_EQ(whole("0e999999999999"), 0);
  EXPECT_EQ(whole("2.0"), 2);
  EXPECT_EQ(whole("1e3"), 1000);
  EXPECT_EQ(whole("-12.50e1"), -125);
  EXPECT_EQ(whole("120e-1"), 12);
  EXPECT_EQ(whole("9007199254740993"), 9007199254740993);
  EXPECT_EQ(whole("9007199254740993.0"), 9007199254740993);
  EXPECT_EQ(whole("9223372036854775807"), std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(whole("-9223372036854775808"), std::numeric_limits<std::int64_t>::min());
  for (const char* text : {"0.5", "1e-1", "125e-1", "9223372036854775808", "-9223372036854775809", "1e19",
                           "1e999999999999", "1e-999999999999"}) {
    EXPECT_EQ(whole(text), std::nullopt) << text;
  }
  EXPECT_EQ(Value("1").as_int(), std::nullopt);
}

TEST(Value, ReadsDoublesInTheirRange) {
  EXPECT_EQ(Value::number("0.1").as_double(), 0.1);
  EXPECT_EQ(Value::number("-1E2").as_double(), -100.0);
  EXPECT_EQ(Value::number("1e400").as_double(), std::nullopt);
  EXPECT_EQ(Value().as_double(), std::nullopt);
}

TEST(Value, WritesNumbersSoThatTheyReadBackTheSame) {
  for (const double number : {0.1, -2.5e-300, 1e21, 1.0, 123456789.125, std::numeric_limits<double>::max()}) {
    EXPECT_EQ(Value(number).as_double(), number);
  }
  EXPECT_EQ(Value(std::numeric_limits<std::uint64_t>::max()).str(), "18446744073709551615");
  EXPECT_EQ(Value(std::numeric_limits<std::int64_t>::min()).str(), "-9223372036854775808");
  EXPECT_TRUE(Value(std::nan("")).is_null());
  EXPECT_TRUE(Value(-std::numeric_limits<double>::infinity()).is_null());
}

TEST(Value, FindsSetsAndErasesMembers) {
  Value value;
  value.set("b", 1);
  value.set("a", "text");
  value.set("b", 2);
  EXPECT_EQ(value.str(), R"({"b":2,"a":"text"})");
  EXPECT_EQ(value.find("b")->as_int(), 2);
  EXPECT_EQ(value.find("c"), nullptr);
  EXPECT_EQ(value.text("a"), "text");
  EXPECT_EQ(value.text("b", "otherwise"), "otherwise");
  EXPECT_EQ(value.text("c", "otherwise"), "otherwise");
  value.find("a")->push(true);
  value.erase("b");
  value.erase("c");
  EXPECT_EQ(value.str(), R"({"a":[true]})");
  EXPECT_EQ(Value(1).find("a"), nullptr);
}

TEST(Value, ComparesByContentAndOrder) {
  EXPECT_EQ(Value::object({{"a", Value::array({1, "x"})}}), Value::object({{"a", Value::array({1, "x"})}}));
  EXPECT_NE(Value::array({1, 2}), Value::array({2, 1}));
  EXPECT_NE(Value::number("1.0"), Value::number("1"));
}

TEST(Value, DestroysAndMovesDeepTreesWithoutTheStack) {
  Value deep;
  for (int level = 0; level < 1'000'000; ++level) {
    Value outer = Value::array();
    if (level % 2) {
      outer = Value::object();
      outer.set("k", std::move(deep));
    } else {
      outer.push(std::move(deep));
    }
    deep = std::move(outer);
  }
  const std::string text = deep.str();
  EXPECT_EQ(text.size(), 500'000u * 2 + 500'000u * 6 + 4);
  deep = Value();
  EXPECT_TRUE(deep.is_null());
}

}  // namespace
}  // namespace gatehouse::json
