#include <gatehouse/mcp/result.hpp>

#include <gtest/gtest.h>

#include "tests/support/messages.hpp"

namespace gatehouse::mcp {
namespace {

using test::server_answer;

std::vector<std::string> uris_of(std::string_view result) {
  const auto answer = server_answer(result);
  return {answer->view.uris.begin(), answer->view.uris.end()};
}

Result<Message> read(std::string_view result) {
  const auto bytes = Buffer::copy_of(R"({"jsonrpc":"2.0","id":1,"result":)" + std::string(result) + "}");
  ResultView view;
  return read_server_message(bytes.view(), Uris::collect, view);
}

TEST(ResultView, FindsTheEnvelopeInAnyOrder) {
  const auto answer = server_answer(
      R"({ "cacheScope" : "public", "structuredContent":{"ttlMs":1}, "_meta":{"a":1,"b":{}}, "isError" : true ,"ttlMs":60000,"content":[ ],"resultType":"complete"})");
  EXPECT_EQ(answer->view.cache_scope, "public");
  EXPECT_EQ(answer->view.ttl_ms, "60000");
  EXPECT_EQ(answer->view.result_type, "complete");
  EXPECT_EQ(answer->view.content, "[ ]");
  EXPECT_EQ(answer->view.structured_content, R"({"ttlMs":1})");
  EXPECT_TRUE(answer->view.is_error);
  EXPECT_EQ(answer->view.meta.members.size(), 2U);
  EXPECT_EQ(answer->view.object.members.size(), 7U);
}

TEST(ResultView, OfAnEmptyResultIsEmpty) {
  const auto answer = server_answer(" { } ");
  EXPECT_EQ(answer->view.object.text, "{ }");
  EXPECT_TRUE(answer->view.object.members.empty());
  EXPECT_TRUE(answer->view.meta.text.empty());
  EXPECT_TRUE(answer->view.result_type.empty());
  EXPECT_FALSE(answer->view.is_error);
}

// GB section 4.2, "Where URIs occur"
TEST(ResultView, FindsUrisWhereTheProtocolHasThem) {
  EXPECT_EQ(uris_of(R"({"contents":[{"uri":"a:1","text":"a:x"},{"uri":"a:2","blob":""}]})"),
            (std::vector<std::string>{"\"a:1\"", "\"a:2\""}));
  EXPECT_EQ(
      uris_of(
          R"({"content":[{"type":"text","text":"a:x"},{"type":"resource_link","uri":"a:1","name":"n"},{"type":"resource","resource":{"text":"","uri":"a:2"}}]})"),
      (std::vector<std::string>{"\"a:1\"", "\"a:2\""}));
  EXPECT_EQ(
      uris_of(
          R"({"messages":[{"role":"user","content":{"type":"resource","resource":{"uri":"a:1"}}},{"role":"user","content":[{"type":"resource_link","uri":"a:2"}]}]})"),
      (std::vector<std::string>{"\"a:1\"", "\"a:2\""}));
}

// GB-054
TEST(ResultView, LeavesEverythingElseAlone) {
  for (const auto* result : {
           R"({"structuredContent":{"uri":"a:1","content":[{"uri":"a:2"}]}})",
           R"({"content":[{"type":"text","text":"{\"uri\":\"a:1\"}","annotations":{"uri":"a:2"},"_meta":{"uri":"a:3"}}]})",
           R"({"content":[{"type":"resource","resource":{"text":"","_meta":{"uri":"a:3"}}}]})",
           R"({"contents":[{"text":"","metadata":{"uri":"a:1"}}]})",
           R"({"_meta":{"uri":"a:1"},"uri":"a:2","resource":{"uri":"a:3"}})",
           R"({"messages":[{"role":"user","uri":"a:1","content":{"type":"text","text":"x"}}]})",
           R"({"content":[1,"uri",null,["uri"]],"contents":{"x":1},"messages":"uri"})",
           R"({"content":[{"type":"resource_link","uri":7},{"type":"resource","resource":{"uri":null}}]})",
       }) {
    EXPECT_TRUE(uris_of(result).empty()) << result;
  }
  const auto skipped = server_answer(R"({"contents":[{"uri":"a:1"}]})", Uris::skip);
  EXPECT_TRUE(skipped->view.uris.empty());
}

// A server must not be able to take the process down by nesting.
TEST(ResultView, DoesNotFollowNestingWhereTheProtocolHasNone) {
  constexpr int kDepth = 200'000;
  std::string text = R"({"content":[)";
  for (int i = 0; i < kDepth; ++i) text += R"({"resource":)";
  text += "{}";
  for (int i = 0; i < kDepth; ++i) text += "}";
  text += "]}";
  EXPECT_TRUE(uris_of(text).empty());
  EXPECT_TRUE(uris_of(R"({"content":[{"resource":{"resource":{"uri":"a:1"}}}]})").empty());
}

TEST(ResultView, KeysWithEscapesOutliveTheWalk) {
  const auto answer = server_answer(
      R"({"a-very-long-member-n\u0061me-of-a-vendor":1,"_meta":{"a-very-long-meta-key-n\u0061me-of-a-vendor":2}})");
  (void)server_answer(
      R"({"\u0062bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb":3})");  // uses the same scratch memory
  ASSERT_EQ(answer->view.object.members.size(), 2U);
  EXPECT_EQ(answer->view.object.members[0].key, "a-very-long-member-name-of-a-vendor");
  ASSERT_EQ(answer->view.meta.members.size(), 1U);
  EXPECT_EQ(answer->view.meta.members[0].key, "a-very-long-meta-key-name-of-a-vendor");
}

TEST(ResultView, RefusesControlMembersThatComeTwice) {
  for (const auto* result : {R"({"resultType":"complete","resultType":"input_required"})", R"({"_meta":{},"_meta":{}})",
                             R"({"ttlMs":1,"ttlMs":2})", R"({"isError":false,"isError":true})",
                             R"({"cacheScope":"public","cacheScope":"private"})", R"({"content":[],"content":[{}]})",
                             R"({"resultType":"complete","result\u0054ype":"task"})"}) {
    const auto message = read(result);
    ASSERT_FALSE(message) << result;
    EXPECT_EQ(message.error().kind, Kind::bad_reply) << result;
  }
}

TEST(ErrorView, ReadsCodeMessageAndData) {
  const auto text = Buffer::copy_of(R"( { "data" : { "uri" : "a" } , "message" : "no\u0021" , "code" : -32602 } )");
  const auto error = read_error(text.view());
  ASSERT_TRUE(error);
  EXPECT_EQ(error->code, -32602);
  EXPECT_EQ(error->message, "no!");
  EXPECT_EQ(error->data, R"({ "uri" : "a" })");
}

TEST(ErrorView, NeedsAnIntegerCode) {
  for (const auto* text : {"{}", R"({"message":"x"})", R"({"code":"1"})", R"({"code":1.5})", R"({"code":null})",
                           R"({"code":99999999999})", "[]"}) {
    const auto bytes = Buffer::copy_of(text);
    const auto error = read_error(bytes.view());
    ASSERT_FALSE(error) << text;
    EXPECT_EQ(error.error().kind, Kind::bad_reply) << text;
  }
  const auto silent = Buffer::copy_of(R"({"code":0})");  // a message is required, but the code says enough
  EXPECT_TRUE(read_error(silent.view()));
}

}  // namespace
}  // namespace gatehouse::mcp
