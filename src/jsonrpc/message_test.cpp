#include <gatehouse/jsonrpc/message.hpp>

#include <gtest/gtest.h>

#include <gatehouse/json/value.hpp>

#include "src/json/padded_test.hpp"
#include "src/json/random_json_test.hpp"

namespace gatehouse::jsonrpc {
namespace {

using json::test::Padded;

constexpr auto raw_bytes = [](json::Node& node) { return node.raw(); };

/// The id that an error reply to `text` would carry.
std::string id_for(const Padded& text) {
  std::string_view id = "untouched";
  (void)parse(text.view(), &id);
  return std::string(id);
}

TEST(Parse, ReadsARequest) {
  const Padded text(R"({ "jsonrpc" : "2.0" , "id" : 7 , "method" : "tools/call" , "params" : { "name" : "x" } })");
  const Message message = parse(text.view()).value();
  EXPECT_EQ(message.type, Type::request);
  EXPECT_EQ(message.id, "7");
  EXPECT_EQ(message.method, "tools/call");
  EXPECT_EQ(message.params, R"({ "name" : "x" })");
  EXPECT_TRUE(message.result.empty());
  EXPECT_TRUE(message.error.empty());
}

TEST(Parse, ReadsANotification) {
  const Padded text(R"({"method":"notifications/initialized","jsonrpc":"2.0"})");
  const Message message = parse(text.view()).value();
  EXPECT_EQ(message.type, Type::notification);
  EXPECT_EQ(message.method, "notifications/initialized");
  EXPECT_TRUE(message.id.empty());
  EXPECT_TRUE(message.params.empty());
}

TEST(Parse, ReadsResponses) {
  const Padded with_result(R"({"jsonrpc":"2.0","id":"a\n","result":{"a":[1,2]}})");
  const Message result = parse(with_result.view()).value();
  EXPECT_EQ(result.type, Type::response);
  EXPECT_EQ(result.id, R"("a\n")");
  EXPECT_EQ(result.result, R"({"a":[1,2]})");

  const Padded with_error(R"({"jsonrpc":"2.0","id":1,"error":{"code":-32601,"message":"no"}})");
  const Message error = parse(with_error.view()).value();
  EXPECT_EQ(error.type, Type::response);
  EXPECT_EQ(error.error, R"({"code":-32601,"message":"no"})");
}

TEST(Parse, AcceptsAnErrorWithoutAReadableId) {
  for (const char* text : {R"({"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":""}})",
                           R"({"jsonrpc":"2.0","error":{"code":-32700,"message":""}})"}) {
    const auto message = parse(Padded(text).view());
    ASSERT_TRUE(message) << text;
    EXPECT_EQ(message->type, Type::response);
    EXPECT_TRUE(message->id.empty());
  }
}

TEST(Parse, AcceptsStringsAndIntegersAsIds) {
  const std::string longest = "\"" + std::string(kMaxIdBytes - 2, 'x') + "\"";
  for (const std::string& id :
       {std::string("0"), std::string("-0"), std::string("-12"), std::string("123456789012345678901234567890"),
        std::string("\"\""), std::string(R"("\u00e9\"")"), longest}) {
    const Padded text(R"({"jsonrpc":"2.0","id":)" + id + R"(,"method":"ping"})");
    const auto message = parse(text.view());
    ASSERT_TRUE(message) << id;
    EXPECT_EQ(message->id, id);
  }
}

TEST(Parse, RefusesEverythingElseAsId) {
  const std::string too_long = "\"" + std::string(kMaxIdBytes - 1, 'x') + "\"";
  for (const std::string& id : {std::string("null"), std::string("1.0"), std::string("1e3"), std::string("1E3"),
                                std::string("true"), std::string("{}"), std::string("[1]"), too_long}) {
    for (const char* rest : {R"(,"method":"ping"})", R"(,"result":{}})"}) {
      const Padded text(R"({"jsonrpc":"2.0","id":)" + id + rest);
      const auto message = parse(text.view());
      ASSERT_FALSE(message) << id;
      EXPECT_EQ(message.error().kind, Kind::invalid_request) << id;
      EXPECT_EQ(id_for(text), "") << id;
    }
  }
}

TEST(Parse, RefusesJsonThatIsNoMessage) {
  for (const char* text : {
           "7",
           "\"text\"",
           "null",
           "[]",
           R"([{"jsonrpc":"2.0","id":1,"method":"ping"}])",
           "{}",
           R"({"id":1,"method":"ping"})",
           R"({"jsonrpc":"1.0","id":1,"method":"ping"})",
           R"({"jsonrpc":2.0,"id":1,"method":"ping"})",
           R"({"jsonrpc":"2.0"})",
           R"({"jsonrpc":"2.0","id":1})",
           R"({"jsonrpc":"2.0","id":1,"params":{}})",
           R"({"jsonrpc":"2.0","id":1,"method":null})",
           R"({"jsonrpc":"2.0","id":1,"method":["ping"]})",
           R"({"jsonrpc":"2.0","id":1,"method":"ping","params":[1]})",
           R"({"jsonrpc":"2.0","id":1,"method":"ping","params":null})",
           R"({"jsonrpc":"2.0","id":1,"method":"ping","params":"x"})",
           R"({"jsonrpc":"2.0","id":1,"method":"ping","result":{}})",
           R"({"jsonrpc":"2.0","id":1,"method":"ping","error":{}})",
           R"({"jsonrpc":"2.0","id":1,"result":{},"error":{}})",
           R"({"jsonrpc":"2.0","id":1,"result":{},"params":{}})",
           R"({"jsonrpc":"2.0","id":1,"result":null})",
           R"({"jsonrpc":"2.0","id":1,"result":[]})",
           R"({"jsonrpc":"2.0","id":1,"error":"no"})",
           R"({"jsonrpc":"2.0","result":{}})",
       }) {
    const auto message = parse(Padded(text).view());
    ASSERT_FALSE(message) << text;
    EXPECT_EQ(message.error().kind, Kind::invalid_request) << text;
    EXPECT_EQ(message.error().origin, Origin::client) << text;
  }
}

TEST(Parse, RefusesControlMembersThatOccurTwice) {
  for (const char* twice :
       {R"("jsonrpc":"2.0")", R"("id":1)", R"("method":"ping")", R"("params":{})", R"("m\u0065thod":"ping")"}) {
    const Padded text(R"({"jsonrpc":"2.0","id":1,"method":"ping","params":{},)" + std::string(twice) + "}");
    const auto message = parse(text.view());
    ASSERT_FALSE(message) << twice;
    EXPECT_EQ(message.error().kind, Kind::invalid_request);
    EXPECT_NE(message.error().message.find("is given twice"), std::string::npos) << message.error().message;
  }
  for (const char* twice : {R"("result":{})", R"("error":{})"}) {
    const Padded text(R"({"jsonrpc":"2.0","id":1,)" + std::string(twice) + "," + twice + "}");
    EXPECT_EQ(parse(text.view()).error().kind, Kind::invalid_request) << twice;
  }
  EXPECT_TRUE(parse(Padded(R"({"jsonrpc":"2.0","id":1,"method":"ping","x":1,"x":2})").view()))
      << "others are not ours to judge";
}

TEST(Parse, RefusesTextsThatAreNotJson) {
  for (const char* text :
       {"", "{", R"({"jsonrpc":"2.0","id":1,"method":"ping"}})", R"({"jsonrpc":"2.0","id":1,"method":"ping")",
        R"({"jsonrpc":"2.0","id":1,"method":"\x"})", R"({"jsonrpc":"2.0","id":nul,"method":"ping"})",
        R"({"jsonrpc":"2.0",,"id":1,"method":"ping"})"}) {
    const auto message = parse(Padded(text).view());
    ASSERT_FALSE(message) << text;
    EXPECT_EQ(message.error().kind, Kind::parse_error) << text;
    EXPECT_EQ(id_for(Padded(text)), "") << text;
  }
}

TEST(Parse, FindsTheIdOfAMessageThatItRefuses) {
  EXPECT_EQ(id_for(Padded(R"({"jsonrpc":"1.0","method":5,"params":[],"id":"late"})")), R"("late")");
  EXPECT_EQ(id_for(Padded(R"({"id":4,"method":"ping"})")), "4");
  EXPECT_EQ(id_for(Padded(R"({"jsonrpc":"2.0","method":"ping","id":1,"id":2})")), "") << "neither is beyond doubt";
}

TEST(Parse, KeepsAMethodThatWasWrittenWithEscapes) {
  Message message;
  {
    const Padded text(R"({"jsonrpc":"2.0","id":1,"m\u0065thod":"tools\/call"})");
    message = parse(text.view()).value();
  }
  (void)parse(Padded(R"({"jsonrpc":"2.0","id":1,"method":"prompts\/get"})").view());
  const Message copy = message;
  message = {};
  EXPECT_EQ(copy.method, "tools/call");
}

TEST(Parse, LetsVisitorsReadInTheSameWalk) {
  const Padded text(R"({"jsonrpc":"2.0","params":{"name":"x","arguments":{"a":[1]}} ,"id":1,"method":"tools/call"})");
  std::string name;
  const auto params = [&name](json::Node& node) {
    return node.members([&name](std::string_view key, const char*, json::Node& value) -> Result<void> {
      if (key == "name") name = value.string().value();
      return {};
    });
  };
  const Message message = parse(text.view(), {.params = params, .result = raw_bytes}).value();
  EXPECT_EQ(name, "x");
  EXPECT_EQ(message.params, R"({"name":"x","arguments":{"a":[1]}})");
  EXPECT_EQ(message.id, "1");
}

TEST(Parse, CallsEachVisitorForItsOwnObjectOnly) {
  int params = 0;
  int results = 0;
  const auto see_params = [&params](json::Node& node) { return ++params, node.raw(); };
  const auto see_result = [&results](json::Node& node) { return ++results, node.raw(); };
  const Visitors visitors{.params = see_params, .result = see_result};
  (void)parse(Padded(R"({"jsonrpc":"2.0","id":1,"result":{}})").view(), visitors);
  (void)parse(Padded(R"({"jsonrpc":"2.0","id":1,"error":{}})").view(), visitors);
  (void)parse(Padded(R"({"jsonrpc":"2.0","id":1,"method":"a","params":[]})").view(), visitors);
  EXPECT_EQ(params, 0);
  EXPECT_EQ(results, 1);
  (void)parse(Padded(R"({"jsonrpc":"2.0","id":1,"method":"a","params":{}})").view(), visitors);
  EXPECT_EQ(params, 1);
  EXPECT_EQ(results, 1);
}

TEST(Parse, ReturnsAVisitorsErrorWithTheIdThatComesLater) {
  const Padded text(R"({"jsonrpc":"2.0","method":"tools/call","params":{"name":[1,{"x":2}],"y":3},"id":9})");
  const auto params = [](json::Node& node) {
    return node.members([](std::string_view, const char*, json::Node& value) -> Result<void> {
      auto name = value.string();
      return name ? Result<void>{} : fail(name.error());
    });
  };
  std::string_view id;
  const auto message = parse(text.view(), {.params = params, .result = raw_bytes}, &id);
  ASSERT_FALSE(message);
  EXPECT_EQ(message.error().kind, Kind::invalid_params);
  EXPECT_EQ(id, "9");
}

TEST(ParseValid, ChecksWhatNobodyLooksAt) {
  const Padded deep(R"({"jsonrpc":"2.0","id":1,"method":"a","params":{"a":[[]]}})");
  const Visitors visitors{.params = raw_bytes, .result = raw_bytes};
  EXPECT_TRUE(parse_valid(deep.view(), 4, visitors));
  EXPECT_EQ(parse_valid(deep.view(), 3, visitors).error().kind, Kind::parse_error);
  const Padded wrong(R"({"jsonrpc":"2.0","id":1,"method":"a","params":{"a":[01]}})");
  EXPECT_TRUE(parse(wrong.view(), visitors)) << "the plain walk passes over it";
  EXPECT_EQ(parse_valid(wrong.view(), 8, visitors).error().kind, Kind::parse_error);
}

TEST(Parse, RefusesEveryTruncation) {
  for (const std::string text :
       {R"({"jsonrpc":"2.0","id":"a","method":"tools/call","params":{"name":"x","arguments":{"a":[1,{}]}}})",
        R"({"jsonrpc":"2.0","id":12,"result":{"content":[{"type":"text","text":"\u00e9"}]}})"}) {
    for (std::size_t size = 0; size < text.size(); ++size) {
      const auto message = parse(Padded(text.substr(0, size)).view());
      ASSERT_FALSE(message) << size;
      EXPECT_EQ(message.error().kind, Kind::parse_error) << size;
    }
    EXPECT_TRUE(parse(Padded(text).view()));
  }
}

TEST(Parse, NeverReportsMoreThanATreeWouldShow) {
  json::test::RandomJson random(21);
  const std::string base = R"({"jsonrpc":"2.0","id":12,"method":"a\/b","params":{"x":[1,{"id":2}]}})";
  int accepted = 0;
  for (int round = 0; round < 20000; ++round) {
    const Padded text(random.damaged(base));
    const auto message = parse(text.view());
    const auto tree = json::parse(text.view());
    if (!message || !tree) continue;
    ++accepted;
    ASSERT_EQ(tree->text("method"), message->method) << text.view();
    ASSERT_EQ(tree->find("id") != nullptr, message->type == Type::request) << text.view();
    if (!message->params.empty()) {
      ASSERT_EQ(*tree->find("params"), json::parse(message->params).value()) << text.view();
    }
    if (!message->id.empty()) {
      ASSERT_EQ(*tree->find("id"), json::parse(message->id).value()) << text.view();
    }
  }
  EXPECT_GT(accepted, 500);
}

TEST(IsBatch, LooksAtTheFirstByteThatCounts) {
  EXPECT_TRUE(is_batch("[]"));
  EXPECT_TRUE(is_batch(" \r\n\t[1"));
  EXPECT_FALSE(is_batch("{}"));
  EXPECT_FALSE(is_batch(""));
  EXPECT_FALSE(is_batch("  "));
  EXPECT_FALSE(is_batch("\"[\""));
}

TEST(ErrorResponse, IsAMessageThatParseReads) {
  const Padded text(error_response("\"a\"", -32602, "quote \" and \xFF", R"({"field":"x"})"));
  EXPECT_EQ(text.view(),
            "{\"jsonrpc\":\"2.0\",\"id\":\"a\",\"error\":{\"code\":-32602,\"message\":\"quote \\\" and "
            "\xEF\xBF\xBD\",\"data\":{\"field\":\"x\"}}}");
  const Message message = parse(text.view()).value();
  EXPECT_EQ(message.type, Type::response);
  EXPECT_EQ(message.id, "\"a\"");
}

TEST(ErrorResponse, LeavesOutWhatIsUnknown) {
  EXPECT_EQ(error_response({}, -32700, "x"), R"({"jsonrpc":"2.0","error":{"code":-32700,"message":"x"}})");
}

}  // namespace
}  // namespace gatehouse::jsonrpc
