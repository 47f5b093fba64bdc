#include "src/client/incoming.hpp"

#include <gtest/gtest.h>

namespace gatehouse::client {
namespace {

Result<Incoming> read(std::string_view text) { return read_incoming(Buffer::copy_of(text), mcp::Uris::skip); }
std::unique_ptr<mcp::Answer> answer(std::string_view result) {
  auto incoming = read(R"({"jsonrpc":"2.0","id":7,"result":)" + std::string(result) + "}");
  if (!incoming) throw std::logic_error(incoming.error().message);
  return std::move(incoming->answer);
}

TEST(Incoming, TellsMessagesApart) {
  EXPECT_EQ(read(R"({"jsonrpc":"2.0","id":7,"result":{}})")->message.rpc.type, jsonrpc::Type::response);
  EXPECT_EQ(read(R"({"jsonrpc":"2.0","id":7,"method":"ping"})")->message.rpc.type, jsonrpc::Type::request);
  EXPECT_EQ(read(R"({"jsonrpc":"2.0","method":"notifications/x"})")->message.rpc.type, jsonrpc::Type::notification);
}

TEST(Incoming, TheAnswerOwnsItsBytes) {
  auto incoming = read(R"({"jsonrpc":"2.0","id":7,"result":{"content":[]}})");
  ASSERT_TRUE(incoming);
  const auto kept = std::move(incoming->answer);
  incoming = fail(Kind::internal, Origin::gateway, "");
  EXPECT_EQ(kept->body.str(), R"({"content":[]})");
}

// TR-014
TEST(Incoming, ReadsTheKindOfResult) {
  EXPECT_EQ(answer("{}")->kind, mcp::ResultKind::complete);
  EXPECT_EQ(answer(R"({"resultType":"complete"})")->kind, mcp::ResultKind::complete);
  EXPECT_EQ(answer(R"({"resultType":"input_required"})")->kind, mcp::ResultKind::input_required);
  EXPECT_EQ(answer(R"({"resultType":"task"})")->kind, mcp::ResultKind::task);
  const auto other = answer(R"({"resultType":"vendor/x"})");
  EXPECT_EQ(other->kind, mcp::ResultKind::extension);
  const auto checked = check_answer(*other);
  ASSERT_FALSE(checked);
  EXPECT_EQ(checked.error().kind, Kind::bad_reply);
  EXPECT_TRUE(check_answer(*answer(R"({"resultType":"task"})")));
}

// Spec: 2026-07-28 server/utilities/caching
TEST(Incoming, ReadsCacheHints) {
  EXPECT_FALSE(answer("{}")->cache);
  const auto full = answer(R"({"ttlMs":60000,"cacheScope":"public"})");
  EXPECT_EQ(full->cache->ttl_ms, 60'000);
  EXPECT_EQ(full->cache->scope, mcp::CacheScope::shared);
  EXPECT_EQ(answer(R"({"ttlMs":5})")->cache->scope, mcp::CacheScope::personal);
  EXPECT_EQ(answer(R"({"ttlMs":5,"cacheScope":"Public"})")->cache->scope, mcp::CacheScope::personal);
}

TEST(Incoming, UnusableLifetimesAreNone) {
  for (const auto* ttl : {"-5", "\"60000\"", "null", "{}", "true", "99999999999999999999", "-99999999999999999999"}) {
    const auto read = answer(R"({"cacheScope":"public","ttlMs":)" + std::string(ttl) + "}");
    ASSERT_TRUE(read->cache) << ttl;
    EXPECT_EQ(read->cache->ttl_ms, 0) << ttl;
  }
}

TEST(Incoming, ReadsToolErrorsAndErrors) {
  EXPECT_TRUE(answer(R"({"isError":true,"content":[]})")->is_tool_error);
  EXPECT_FALSE(answer(R"({"isError":false})")->is_tool_error);
  EXPECT_FALSE(answer(R"({"isError":"true"})")->is_tool_error);
  const auto error = read(R"({"jsonrpc":"2.0","id":7,"error":{"code":-32000,"message":"m"}})");
  ASSERT_TRUE(error);
  EXPECT_TRUE(error->answer->is_error);
  EXPECT_EQ(error->answer->error_code, -32000);
  EXPECT_EQ(error->answer->body.str(), R"({"code":-32000,"message":"m"})");
}

TEST(Incoming, GarbageIsABadReply) {
  for (const auto* text :
       {"", "garbage", "[]", "null", R"({"jsonrpc":"1.0","id":7,"result":{}})",
        R"({"jsonrpc":"2.0","id":null,"result":{}})", R"({"jsonrpc":"2.0","id":7,"result":"text"})",
        R"({"jsonrpc":"2.0","id":7,"error":{"message":"no code"}})", R"({"jsonrpc":"2.0","id":7,"result":{)"}) {
    const auto incoming = read(text);
    ASSERT_FALSE(incoming) << text;
    EXPECT_EQ(incoming.error().kind, Kind::bad_reply) << text;
    EXPECT_EQ(incoming.error().origin, Origin::upstream) << text;
  }
}

// TR-006: "7" is another id than 7
TEST(OwnId, IsOnlyWhatWeGave) {
  EXPECT_EQ(own_id("7"), 7U);
  for (const auto* raw : {"", "\"7\"", "-7", "7.0", "7e0", "07x", " 7", "null", "99999999999999999999999"})
    EXPECT_EQ(own_id(raw), 0U) << raw;
}

}  // namespace
}  // namespace gatehouse::client
