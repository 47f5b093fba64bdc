#include <gatehouse/mcp/request.hpp>

#include <gtest/gtest.h>

#include "tests/support/messages.hpp"

namespace gatehouse::mcp {
namespace {

using test::ClientMessage;
using test::request;

/// What reading `params` of a tools/call ends with.
Result<void> read_call(std::string_view params) {
  const auto text =
      Buffer::copy_of(R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":)" + std::string(params) + "}");
  auto message = read_message(text.view(), 64);
  if (!message) return fail(std::move(message.error()));
  return {};
}

std::vector<std::string> keys(const json::ObjectView& object) {
  std::vector<std::string> all;
  for (const auto& member : object.members) all.emplace_back(member.key);
  return all;
}

TEST(Message, FindsWhatRoutingNeeds) {
  const auto call = request(
      "tools/call", R"({"name":"crm.add","arguments":{"name":"inner","uri":"x"},"_meta":{"progressToken":"t"}})");
  EXPECT_EQ(call->method, Method::tools_call);
  EXPECT_EQ(call->params.name, "crm.add");
  EXPECT_EQ(call->params.name_raw, "\"crm.add\"");
  EXPECT_FALSE(call->params.uri.data()) << "members of arguments are not ours";
  EXPECT_EQ(call->params.meta.progress_token, "\"t\"");
  EXPECT_EQ(keys(call->params.object), (std::vector<std::string>{"name", "arguments", "_meta"}));
}

TEST(Message, ReadsEveryMetaKey) {
  const auto call = request("tools/call", R"({"_meta":{
      "io.modelcontextprotocol/protocolVersion":"2026-07-28", "io.modelcontextprotocol/clientCapabilities":{"roots":{}},
      "vendor.example/a" : [ 1 ], "io.modelcontextprotocol/clientInfo":{"name":"c"}, "io.modelcontextprotocol/logLevel":"debug",
      "traceparent":"00-1", "io.modelcontextprotocol/subscriptionId":7, "io.modelcontextprotocol/related-task":{"taskId":"x"},
      "progressToken" : 5 }, "name":"n"})");
  const Meta& meta = call->params.meta;
  EXPECT_EQ(meta.protocol_version, "2026-07-28");
  EXPECT_EQ(meta.client_capabilities, R"({"roots":{}})");
  EXPECT_EQ(meta.client_info, R"({"name":"c"})");
  EXPECT_EQ(meta.log_level, "debug");
  EXPECT_EQ(meta.subscription_id, "7");
  EXPECT_EQ(meta.related_task, R"({"taskId":"x"})");
  EXPECT_EQ(meta.progress_token, "5");
  ASSERT_EQ(meta.others.size(), 2U);
  EXPECT_EQ(meta.others[0].key, "vendor.example/a");
  EXPECT_EQ(meta.others[0].value, "[ 1 ]");
  EXPECT_EQ(meta.others[1].key, "traceparent");
  EXPECT_TRUE(meta.raw.starts_with('{') && meta.raw.ends_with('}'));
}

TEST(Message, TellsAbsentFromEmpty) {
  const auto none = request("tools/list", "");
  EXPECT_TRUE(none->params.object.text.empty());
  EXPECT_TRUE(none->params.cursor_raw.empty());
  EXPECT_TRUE(none->params.meta.raw.empty());
  EXPECT_FALSE(none->params.meta.protocol_version.data());

  const auto empty = request("tools/list", R"( { "cursor" : "" , "_meta" : { } } )");
  EXPECT_EQ(empty->params.cursor, "");
  EXPECT_EQ(empty->params.cursor_raw, "\"\"") << "an empty cursor is a cursor";
  EXPECT_EQ(empty->params.meta.raw, "{ }");
}

TEST(Message, UnescapesNamesAndKeepsTheirTokens) {
  const auto call = request("tools/call", R"({"n\u0061me":"a\"b\u00e9\/c"})");
  EXPECT_EQ(call->params.name, "a\"b\xc3\xa9/c");
  EXPECT_EQ(call->params.name_raw, R"("a\"b\u00e9\/c")");
  const auto read = request("resources/read", R"({"uri":"file:\/\/\/a\tb"})");
  EXPECT_EQ(read->params.uri, "file:///a\tb");
}

// Keys with escapes stand in other memory than the message; they have to live as long as it does.
TEST(Message, KeysWithEscapesOutliveTheWalk) {
  const auto call = request(
      "tools/call",
      R"({"name":"n","_meta":{"vendor.ex\u0061mple\/a-long-key-that-needs-memory":1},"an-\u0061dditional-member-with-a-long-key":2})");
  (void)request("tools/call",
                R"({"\u0062bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb":3})");  // uses the same scratch memory
  EXPECT_EQ(keys(call->params.object),
            (std::vector<std::string>{"name", "_meta", "an-additional-member-with-a-long-key"}));
  ASSERT_EQ(call->params.meta.others.size(), 1U);
  EXPECT_EQ(call->params.meta.others[0].key, "vendor.example/a-long-key-that-needs-memory");
}

// Two parsers that read one message differently are a way around a policy: control members come once.
TEST(Message, RefusesControlMembersThatComeTwice) {
  for (const auto* params : {
           R"({"name":"a","name":"b"})",
           R"({"name":"a","n\u0061me":"b"})",
           R"({"uri":"a","uri":"b"})",
           R"({"name":"","name":""})",
           R"({"name":"a","arguments":{},"arguments":{"x":1}})",
           R"({"name":"a","arguments":{},"\u0061rguments":{"x":1}})",
           R"({"_meta":{},"_meta":{}})",
           R"({"_meta":{"progressToken":1,"progressToken":2}})",
           R"({"_meta":{"io.modelcontextprotocol/protocolVersion":"a","io.modelcontextprotocol/protocolVersion":"b"}})",
           R"({"ref":{},"ref":{}})",
           R"({"cursor":"","cursor":""})",
       }) {
    const auto read = read_call(params);
    ASSERT_FALSE(read) << params;
    EXPECT_EQ(read.error().kind, Kind::invalid_params) << params;
  }
  EXPECT_TRUE(read_call(R"({"name":"a","arguments":{"x":1,"x":2}})"))
      << "what is inside arguments is the server's business";
}

TEST(Message, RefusesControlMembersOfTheWrongType) {
  for (const auto* params :
       {R"({"name":1})", R"({"name":null})", R"({"uri":["a"]})", R"({"cursor":2})", R"({"_meta":[]})",
        R"({"_meta":null})", R"({"_meta":{"io.modelcontextprotocol/protocolVersion":20260728}})", R"({"level":0})",
        R"({"name":"\ud800"})"}) {
    const auto read = read_call(params);
    ASSERT_FALSE(read) << params;
    EXPECT_TRUE(read.error().kind == Kind::invalid_params || read.error().kind == Kind::parse_error) << params;
  }
}

TEST(Message, KeepsTheIdOfARefusedMessage) {
  const auto text = Buffer::copy_of(R"({"method":"tools/call","params":{"name":7},"jsonrpc":"2.0","id":"x"})");
  std::string_view id;
  ASSERT_FALSE(read_message(text.view(), 64, &id));
  EXPECT_EQ(id, "\"x\"");
}

TEST(Message, ReadsNotifications) {
  const ClientMessage cancelled(
      R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"7","reason":"x"}})");
  EXPECT_EQ(cancelled->rpc.type, jsonrpc::Type::notification);
  EXPECT_EQ(cancelled->params.request_id, "\"7\"");
  const ClientMessage progress(
      R"({"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":1e1,"progress":1}})");
  EXPECT_EQ(progress->params.progress_token, "1e1");
}

TEST(Message, IsCheckedDownToTheLastByte) {
  for (const auto* text :
       {R"({"jsonrpc":"2.0","id":1,"method":"x","params":{"a":01}})",
        R"({"jsonrpc":"2.0","id":1,"method":"x","params":{"a":tru}})", R"({"jsonrpc":"2.0","id":1,"method":"x"} x)",
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"x\",\"params\":{\"a\":\"\xff\"}}"}) {
    const auto bytes = Buffer::copy_of(text);
    const auto message = read_message(bytes.view(), 64);
    ASSERT_FALSE(message) << text;
    EXPECT_EQ(message.error().kind, Kind::parse_error) << text;
  }
  const auto deep = Buffer::copy_of(R"({"jsonrpc":"2.0","id":1,"method":"x","params":{"a":)" + std::string(64, '[') +
                                    std::string(64, ']') + "}}");
  EXPECT_FALSE(read_message(deep.view(), 64));
  EXPECT_TRUE(read_message(deep.view(), 66));
}

TEST(ServerMessage, BlamesTheServer) {
  for (const auto* text :
       {"", "hello", "{}", R"({"jsonrpc":"2.0","id":1})", R"({"jsonrpc":"2.0","id":1,"result":{},"error":{}})",
        R"({"jsonrpc":"2.0","id":1,"result":[]})", R"({"jsonrpc":"2.0","id":1,"result":{"_meta":1}})",
        R"({"jsonrpc":"2.0","id":1,"result":{"resultType":3}})"}) {
    const auto bytes = Buffer::copy_of(text);
    ResultView view;
    const auto message = read_server_message(bytes.view(), Uris::collect, view);
    ASSERT_FALSE(message) << text;
    EXPECT_EQ(message.error().kind, Kind::bad_reply) << text;
    EXPECT_EQ(message.error().origin, Origin::upstream) << text;
  }
}

TEST(Params, MayStandAlone) {
  const auto text = Buffer::copy_of(R"( {"cursor":"c\u0031"} )");
  const auto params = read_params(text.view());
  ASSERT_TRUE(params);
  EXPECT_EQ(params->cursor, "c1");
  EXPECT_EQ(params->object.text, R"({"cursor":"c\u0031"})");
  EXPECT_FALSE(read_params(Buffer::copy_of("[]").view()));
}

}  // namespace
}  // namespace gatehouse::mcp
