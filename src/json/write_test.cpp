#include <gtest/gtest.h>

#include <gatehouse/json/value.hpp>

namespace gatehouse::json {
namespace {

Value sample() {
  return Value::object({{"list", Value::array({1, Value(), true, Value::object()})},
                        {"none", Value::array()},
                        {"te\"xt", "a\nb"},
                        {"in", Value::object({{"x", false}})}});
}

TEST(Write, CompactJson) {
  EXPECT_EQ(sample().str(), R"({"list":[1,null,true,{}],"none":[],"te\"xt":"a\nb","in":{"x":false}})");
  EXPECT_EQ(Value().str(), "null");
  EXPECT_EQ(Value("\xFF").str(), "\"\xEF\xBF\xBD\"");
}

TEST(Write, AppendsToWhatIsThere) {
  std::string out = "data: ";
  Value::array({1, 2}).append_to(out);
  EXPECT_EQ(out, "data: [1,2]");
}

TEST(Write, IndentsByTwoSpaces) {
  EXPECT_EQ(sample().pretty(), R"({
  "list": [
    1,
    null,
    true,
    {}
  ],
  "none": [],
  "te\"xt": "a\nb",
  "in": {
    "x": false
  }
})");
}

}  // namespace
}  // namespace gatehouse::json
