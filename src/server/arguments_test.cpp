#include "src/server/arguments.hpp"

#include <gtest/gtest.h>

namespace gatehouse::server {
namespace {

std::optional<std::string> mismatch(std::string_view schema, std::string_view arguments) {
  return find_mismatch(parse_schema(schema, "the schema").value(), json::parse(arguments).value());
}

TEST(Arguments, RequiredMembersHaveToBeThere) {
  constexpr auto kSchema = R"({"type":"object","required":["a"]})";
  EXPECT_EQ(mismatch(kSchema, R"({"a":null})"), std::nullopt);
  EXPECT_EQ(mismatch(kSchema, R"({"b":1})"), "Missing argument: a");
}

TEST(Arguments, TypesOfTheTopLevelAreChecked) {
  const auto fits = [](std::string_view type, std::string_view value) {
    return !mismatch(R"({"type":"object","properties":{"a":{"type":)" + std::string(type) + "}}}",
                     R"({"a":)" + std::string(value) + "}");
  };
  for (const auto& [type, good, bad] :
       {std::tuple{R"("string")", R"("x")", "1"}, std::tuple{R"("number")", "1.5", R"("1")"},
        std::tuple{R"("boolean")", "false", "0"}, std::tuple{R"("array")", "[]", "{}"},
        std::tuple{R"("object")", "{}", "[]"}, std::tuple{R"("null")", "null", "0"},
        std::tuple{R"("integer")", "2.0", "2.5"}, std::tuple{R"(["string","null"])", "null", "1"}}) {
    EXPECT_TRUE(fits(type, good)) << type;
    EXPECT_FALSE(fits(type, bad)) << type;
  }
  EXPECT_TRUE(fits(R"("integer")", "123456789012345678901234567890"));
  EXPECT_TRUE(fits(R"("integer")", "1e3"));
  EXPECT_TRUE(fits("7", "true")) << "a schema that says nothing sensible refuses nothing";
}

TEST(Arguments, MembersThatTheSchemaDoesNotNameAreLeftAlone) {
  EXPECT_EQ(mismatch(R"({"type":"object"})", R"({"a":1})"), std::nullopt);
}

TEST(Arguments, ASchemaIsAnObjectOfTypeObject) {
  for (const char* text : {"", "{", "[]", "{}", R"({"type":"string"})", R"({"type":"object","properties":[]})",
                           R"({"type":"object","required":"a"})"}) {
    const auto schema = parse_schema(text, "the input schema");
    ASSERT_FALSE(schema) << text;
    EXPECT_EQ(schema.error().kind, Kind::invalid_config);
    EXPECT_TRUE(schema.error().message.starts_with("the input schema ")) << schema.error().message;
  }
}

}  // namespace
}  // namespace gatehouse::server
