#include "gateway/policy/arguments.hpp"

#include <gtest/gtest.h>

#include <random>

namespace gatehouse::policy {
namespace {

std::string refusal(std::string_view raw) {
  Arguments arguments(raw);
  const bool refused = arguments.value() == nullptr;
  EXPECT_EQ(refused, !arguments.refusal().empty());
  return arguments.refusal();
}

TEST(Arguments, AreReadAsTheyWillBeForwarded) {
  Arguments arguments(R"({"a":{"b":[1,"x",{"c":null}]}, "text":"say \"A:B\" \u00e9 \ud83d\ude00"})");
  ASSERT_TRUE(arguments.value()) << arguments.refusal();
  EXPECT_EQ(arguments.value()->find("a")->str(), R"({"b":[1,"x",{"c":null}]})");
  Arguments none("");
  EXPECT_EQ(none.value()->str(), "{}");
}

TEST(Arguments, AreNotJudgedIfTheyCouldBeReadInTwoWays) {
  for (const char* raw : {
           R"({"amount":1,"amount":5000})",                    // first or last?
           R"({"a":{"amount":1,"x":2,"amount":5000}})",        // nested
           R"([{"amount":1,"amount":5000}])",                  // in a list
           R"({"amount":1,"Amount":5000})",                    // readers that ignore case
           "{\"ask\":1,\"as\xe2\x84\xaa\":2}",                 // the Kelvin sign folds to k
           "{\"\xc5\xbf\":1,\"s\":2}",                         // the long s folds to s
           R"({"am\u006funt":1})",                             // another spelling of a key
           R"({"a":[{"\u0061mount":1}]})", R"({"a\"b" : 1})",  //
           R"({"x":"\ud83d"})", R"({"x":["\udc00\ud800"]})",   // half characters
       })
    EXPECT_NE(refusal(raw), "") << raw;
  EXPECT_NE(refusal("[" + std::string(70, '[') + std::string(70, ']') + "]"), "");
  EXPECT_NE(refusal("\"" + std::string(Arguments::kMaxBytes, 'x') + "\""), "");
}

/// Writes `value` with white space and escapes that change nothing.
std::string written(const json::Value& value, std::mt19937& random) {
  const auto space = [&] { return std::string(random() % 3, ' '); };
  if (const auto* members = value.as_object()) {
    std::string out = "{" + space();
    for (const auto& [key, item] : *members)
      out += (out.back() == '{' || out.back() == ' ' ? "" : ",") + space() + json::quoted(key) + space() + ":" +
             written(item, random);
    return out + "}";
  }
  if (const auto* items = value.as_array()) {
    std::string out = "[";
    for (std::size_t i = 0; i < items->size(); ++i) out += (i ? "," : "") + space() + written((*items)[i], random);
    return out + space() + "]";
  }
  const auto* text = value.as_string();
  return text && *text == "a" && random() % 2 == 0 ? R"("\u0061")" : value.str();
}

json::Value random_value(std::mt19937& random, int depth) {
  switch (random() % (depth > 0 ? 6 : 4)) {
    case 0: return json::Value(static_cast<int>(random() % 5));
    case 1: return json::Value("a");
    case 2: return json::Value(random() % 2 == 0);
    case 3: return json::Value::number(random() % 2 == 0 ? "1e3" : "1.50");
    case 4: {
      auto list = json::Value::array();
      for (auto n = random() % 4; n > 0; --n) list.push(random_value(random, depth - 1));
      return list;
    }
    default: {
      auto map = json::Value::object();
      for (auto n = random() % 4; n > 0; --n)
        map.set(std::string(1, static_cast<char>('a' + random() % 6)), random_value(random, depth - 1));
      return map;
    }
  }
}

TEST(Arguments, AreJudgedAsEveryReaderOfTheBytesUnderstandsThem) {
  std::mt19937 random(7);
  for (int i = 0; i < 5000; ++i) {
    const json::Value value = random_value(random, 4);
    const std::string raw = value.str();
    Arguments arguments(raw);
    ASSERT_TRUE(arguments.value()) << raw;
    ASSERT_EQ(*arguments.value(), value) << raw;
  }
}

/// Puts a second key into some object of the text: the same, in other letters, or spelt with an escape.
TEST(Arguments, AreRefusedWhereverAKeyIsUnclear) {
  std::mt19937 random(8);
  int tried = 0;
  for (int i = 0; i < 5000; ++i) {
    std::string raw = written(json::Value::object({{"k", random_value(random, 4)}, {"z", 1}}), random);
    std::vector<std::size_t> opened;
    for (std::size_t at = raw.find('{'); at != raw.npos; at = raw.find('{', at + 1)) opened.push_back(at);
    const std::size_t at = opened[random() % opened.size()];
    const auto key_begin = raw.find_first_not_of(' ', at + 1);
    if (raw[key_begin] != '"') continue;
    const char key = raw[key_begin + 1];
    std::string other(1, key);
    if (random() % 3 == 0) other[0] = static_cast<char>(key - 'a' + 'A');
    if (random() % 3 == 0) other = "\\u00" + std::string(key < 'p' ? "6" : "7") + "0123456789abcdef"[key & 15];
    raw.insert(at + 1, "\"" + other + "\":5,");
    Arguments arguments(raw);
    ASSERT_FALSE(arguments.value()) << raw;
    ++tried;
  }
  EXPECT_GT(tried, 2000);
}

TEST(Arguments, TellWhyNot) {
  EXPECT_NE(refusal(R"({"a":1,"A":2})").find("differ in case"), std::string::npos);
  EXPECT_NE(refusal(R"({"\u0061":1})").find("escape sequence"), std::string::npos);
  EXPECT_NE(refusal(R"(["\ud800"])").find("half a character"), std::string::npos);
  EXPECT_NE(refusal(R"({"a":1,"a":2})").find("key twice"), std::string::npos);
}

}  // namespace
}  // namespace gatehouse::policy
