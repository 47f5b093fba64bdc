#include <gatehouse/json/reader.hpp>

#include <thread>

#include <gtest/gtest.h>

#include <gatehouse/json/value.hpp>

#include "src/json/grammar.hpp"
#include "src/json/padded_test.hpp"
#include "src/json/random_json_test.hpp"

namespace gatehouse::json {
namespace {

using test::Padded;

bool is_valid(std::string_view text, std::size_t max_depth = 128) {
  return reader().validate(Padded(text).view(), max_depth).has_value();
}

constexpr auto visit_nothing = [](Node&) -> Result<void> { return {}; };

/// Reads the whole text through nodes alone.
Result<Value> tree_of(Node& node) {
  Value result;
  switch (node.type().value()) {
    case Type::object: {
      result = Value::object();
      auto bytes = node.members([&result](std::string_view key, const char*, Node& child) -> Result<void> {
        auto value = tree_of(child);
        if (!value) return fail(value.error());
        result.as_object()->emplace_back(std::string(key), std::move(*value));
        return {};
      });
      if (!bytes) return fail(bytes.error());
      return result;
    }
    case Type::array: {
      result = Value::array();
      auto bytes = node.elements([&result](Node& child) -> Result<void> {
        auto value = tree_of(child);
        if (!value) return fail(value.error());
        result.push(std::move(*value));
        return {};
      });
      if (!bytes) return fail(bytes.error());
      return result;
    }
    case Type::string: {
      auto text = node.string();
      if (!text) return fail(text.error());
      return Value(*text);
    }
    case Type::number: return Value::number(std::string(node.raw().value()));
    case Type::boolean: return Value(node.raw().value() == "true");
    default: return result;
  }
}

Result<Value> walked_tree(std::string_view text) {
  Value result;
  auto walked = reader().walk(text, [&result](Node& root) -> Result<void> {
    auto tree = tree_of(root);
    if (!tree) return fail(tree.error());
    result = std::move(*tree);
    return {};
  });
  if (!walked) return fail(walked.error());
  return result;
}

TEST(ReaderValidate, AcceptsJsonAndNothingElse) {
  for (const char* text :
       {"{}", "[]", "0", "-1.5e3", "\"a\"", "true", " null ", R"({"a":[1,{"b":"\u00e9\n"}],"c":false})"}) {
    EXPECT_TRUE(is_valid(text)) << text;
  }
  for (const char* text : {"",
                           "  ",
                           "{",
                           "}",
                           "[}",
                           "{]",
                           "[1,]",
                           "{\"a\":1,}",
                           "{\"a\" 1}",
                           "{1:2}",
                           "[1 2]",
                           "tru",
                           "[nul]",
                           "[truefalse]",
                           "[1\"a\"]",
                           "[\"a\"1]",
                           "[01]",
                           "[1.]",
                           "{} {}",
                           "[\"\\x\"]",
                           "[\"\\ud8\"]",
                           "[\"a]",
                           "[\"\t\"]",
                           "\xEF\xBB\xBF[]",
                           "[\"\xC3\"]",
                           "[\"\xED\xA0\x80\"]",
                           "\xFF"}) {
    const auto valid = reader().validate(Padded(text).view(), 128);
    ASSERT_FALSE(valid) << text;
    EXPECT_EQ(valid.error().kind, Kind::parse_error) << text;
    EXPECT_EQ(valid.error().origin, Origin::client) << text;
  }
}

TEST(ReaderValidate, BoundsDepth) {
  EXPECT_TRUE(is_valid("[[[1]]]", 3));
  EXPECT_FALSE(is_valid("[[[[1]]]]", 3));
  EXPECT_TRUE(is_valid(std::string(5000, '[') + std::string(5000, ']'), 5000));
  EXPECT_FALSE(is_valid(std::string(5001, '[') + std::string(5001, ']'), 5000));
}

TEST(ReaderValidate, AcceptsNumbersOfAnySizeAndHalfSurrogatePairs) {
  EXPECT_TRUE(is_valid("[1e400,123456789012345678901234567890]"));
  EXPECT_TRUE(is_valid(R"({"text":"cut emoji: \ud83d"})"));
}

TEST(ReaderValidate, NamesThePlace) {
  const auto valid = reader().validate(Padded("[1,2,}").view(), 128);
  ASSERT_FALSE(valid);
  EXPECT_EQ(valid.error().message, "invalid JSON at byte 5: no value begins like this");
  const auto utf8 = reader().validate(Padded("[\"\xC3\"]").view(), 128);
  ASSERT_FALSE(utf8);
  EXPECT_EQ(utf8.error().message, "invalid JSON: the text is not UTF-8");
}

TEST(ReaderValidate, AgreesWithTheSlowCheckOnDamagedTexts) {
  test::RandomJson random(1);
  int accepted = 0;
  for (int round = 0; round < 20000; ++round) {
    std::string text = random.spelled(random.value(3));
    if (!random.one_in(10)) text = random.damaged(text);
    const bool valid = is_valid(text, 4);
    const bool grammatical = grammar::check(text, 4).has_value();
    accepted += valid;
    if (valid) {
      ASSERT_TRUE(grammatical) << text;
    } else if (grammatical) {  // then only the encoding can be wrong
      ASSERT_EQ(reader().validate(Padded(text).view(), 4).error().message, "invalid JSON: the text is not UTF-8")
          << text;
    }
  }
  EXPECT_GT(accepted, 2000);
  EXPECT_LT(accepted, 18000);
}

TEST(ReaderValidate, RefusesEveryTruncation) {
  const std::string text = R"({"jsonrpc":"2.0","id":"x\n","params":{"a":[1,-2.5e3,true,null,{}],"b":"é"}})";
  for (std::size_t size = 0; size < text.size(); ++size) EXPECT_FALSE(is_valid(text.substr(0, size))) << size;
  EXPECT_TRUE(is_valid(text));
}

TEST(ReaderWalk, SeesWhatTheTreeHolds) {
  test::RandomJson random(2);
  for (int round = 0; round < 3000; ++round) {
    const Value value = random.value(4);
    const std::string text = random.spelled(value);
    const auto tree = walked_tree(Padded(text).view());
    ASSERT_TRUE(tree) << text;
    ASSERT_EQ(*tree, value) << text;
  }
}

TEST(ReaderWalk, IsNotMovedByWhatFollowsTheText) {
  test::RandomJson random(3);
  for (int round = 0; round < 5000; ++round) {
    const std::string text = random.damaged(random.spelled(random.value(3)));
    const auto calm = walked_tree(Padded(text, ' ').view());
    for (const char slack : {'}', ']', '"', ',', '1', '[', '\\'}) {
      const auto hostile = walked_tree(Padded(text, slack).view());
      ASSERT_EQ(calm.has_value(), hostile.has_value()) << text << " before " << slack;
      if (calm) {
        ASSERT_EQ(*calm, *hostile) << text << " before " << slack;
      }
    }
  }
}

TEST(ReaderWalk, AcceptsAnyRootAndNothingBehindIt) {
  for (const char* text : {"{}", "[1]", "\"a\\n\"", "-1", "true", " null ", "{\"a\":{}}\n"}) {
    EXPECT_TRUE(reader().walk(Padded(text).view(), visit_nothing)) << text;
  }
  for (const char* text :
       {"{}{}", "[1]]", "\"a\" 1", "1 2", "true,", "{\"a\":{}}}", "{", "[[]", "tru", "-", "\"\\x\""}) {
    const auto walked = reader().walk(Padded(text).view(), visit_nothing);
    ASSERT_FALSE(walked) << text;
    EXPECT_EQ(walked.error().kind, Kind::parse_error) << text;
  }
}

TEST(ReaderWalk, RefusesEveryTruncation) {
  const std::string text = R"({"a":[1,{"b":"x\n"}],"c":true})";
  for (std::size_t size = 0; size < text.size(); ++size) {
    EXPECT_FALSE(walked_tree(Padded(text.substr(0, size)).view())) << size;
    EXPECT_FALSE(reader().walk(Padded(text.substr(0, size)).view(), visit_nothing)) << size;
  }
  EXPECT_TRUE(walked_tree(Padded(text).view()));
}

TEST(ReaderWalk, PassesTheVisitorsErrorOn) {
  const auto walked = reader().walk(Padded("[1,2]").view(), [](Node& root) -> Result<void> {
    auto bytes = root.elements([](Node&) -> Result<void> { return fail(Kind::not_found, Origin::upstream, "stop"); });
    return bytes ? Result<void>{} : fail(bytes.error());
  });
  ASSERT_FALSE(walked);
  EXPECT_EQ(walked.error().kind, Kind::not_found);
  EXPECT_EQ(walked.error().message, "stop");
}

TEST(ReaderWalk, WorksInsideAWalk) {
  const Padded outer(R"({"a\/b":"[\"x\\n\"]","after\/it":7})");
  std::string seen;
  auto walked = reader().walk(outer.view(), [&seen](Node& root) -> Result<void> {
    auto bytes = root.members([&seen](std::string_view key, const char*, Node& value) -> Result<void> {
      if (value.type().value() == Type::string) {
        const Padded inner(value.string().value());
        EXPECT_TRUE(reader().validate(inner.view(), 8));
        seen += walked_tree(inner.view()).value().str();
        seen += parse(inner.view()).value().str();
      }
      seen += key;
      return {};
    });
    return bytes ? Result<void>{} : fail(bytes.error());
  });
  ASSERT_TRUE(walked);
  EXPECT_EQ(seen, R"(["x\n"]["x\n"]a/bafter/it)");
}

TEST(ReaderWalk, TakesTextsAboveTheKeptSize) {
  std::string text = "[";
  while (text.size() <= 2 * Reader::kKeepBytes) text += "{\"key\":\"value\"},";
  text += "0]";
  const Padded padded(text);
  EXPECT_TRUE(reader().validate(padded.view(), 8));
  std::size_t count = 0;
  EXPECT_TRUE(reader().walk_valid(padded.view(), 8, [&count](Node& root) -> Result<void> {
    auto bytes = root.elements([&count](Node&) -> Result<void> {
      ++count;
      return {};
    });
    return bytes ? Result<void>{} : fail(bytes.error());
  }));
  EXPECT_EQ(count, (text.size() - 3) / 16 + 1);
}

TEST(ReaderWalkValid, ChecksWhatTheVisitorSkips) {
  for (const char* text : {"{\"a\":[01]}", "{\"a\":[}}", "{\"a\":tru}", "{\"a\":\"\\x\"}", "{\"a\":[1 2]}"}) {
    bool visited = false;
    const auto walked = reader().walk_valid(Padded(text).view(), 8, [&visited](Node&) -> Result<void> {
      visited = true;
      return {};
    });
    EXPECT_FALSE(walked) << text;
    EXPECT_FALSE(visited) << text;
  }
  EXPECT_FALSE(reader().walk_valid(Padded("[[[]]]").view(), 2, visit_nothing));
  EXPECT_TRUE(reader().walk_valid(Padded("[[[]]]").view(), 3, visit_nothing));
}

TEST(Reader, IsOnePerThread) {
  Reader* other = nullptr;
  std::thread([&other] { other = &reader(); }).join();
  EXPECT_NE(other, &reader());
  EXPECT_EQ(&reader(), &reader());
}

}  // namespace
}  // namespace gatehouse::json
