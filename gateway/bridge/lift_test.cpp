#include "gateway/bridge/lift.hpp"

#include <gtest/gtest.h>

#include <gatehouse/json/value.hpp>

#include "tests/support/messages.hpp"

namespace gatehouse::bridge {
namespace {

using mcp::Method;
using mcp::Revision;
using test::server_answer;
using test::server_error;

constexpr Revision kLegacy = Revision::v2025_11_25;
constexpr Revision kModern = Revision::v2026_07_28;

constexpr auto expose = [](std::string_view uri) {
  return (uri.starts_with("https:") ? "" : "gh-crm+") + std::string(uri);
};

mcp::Reply lift(std::unique_ptr<mcp::Answer> answer, Method method, Revision server, Revision client) {
  return lift_answer(std::move(answer), {.method = method,
                                         .server = server,
                                         .client = client,
                                         .server_name = "crm",
                                         .exposed_name = "crm.sync",
                                         .expose_uri = expose});
}

std::string lifted(std::string_view result, Method method = Method::tools_call) {
  const auto reply = lift(server_answer(result), method, kLegacy, kLegacy);
  return reply ? (*reply)->body.str() : std::string(to_string(reply.error().kind));
}

TEST(Lift, LeavesAResultAloneThatHasNoUris) {
  for (const auto* result :
       {"{}", R"({ "content" : [ {"type":"text","text":"file:\/\/x"} ], "structuredContent" : {"uri":"file:///x"} })",
        R"({"content":[{"type":"resource_link","uri":"https:\/\/example.org\/x"}]})"}) {
    const auto reply = lift(server_answer(result), Method::tools_call, kLegacy, kLegacy);
    ASSERT_TRUE(reply);
    EXPECT_FALSE((*reply)->body.edited()) << result;
    EXPECT_EQ((*reply)->body.str(), result);
  }
}

// GB section 4.2
TEST(Lift, ExposesUris) {
  EXPECT_EQ(lifted(R"({"contents":[{"uri" : "a:1","text":"a:1"},{"uri":"a:\"2\u00e9"}]})", Method::resources_read),
            "{\"contents\":[{\"uri\" : \"gh-crm+a:1\",\"text\":\"a:1\"},{\"uri\":\"gh-crm+a:\\\"2\xc3\xa9\"}]}");
  EXPECT_EQ(
      lifted(
          R"({"content":[{"type":"resource","resource":{"uri":"a:1"}},{"uri":"https://x.y/z","type":"resource_link"}]})"),
      R"({"content":[{"type":"resource","resource":{"uri":"gh-crm+a:1"}},{"uri":"https://x.y/z","type":"resource_link"}]})");
}

TEST(Lift, PassesOnAUriThatIsNoText) {
  EXPECT_EQ(lifted(R"({"contents":[{"uri":"\ud800"}]})"), R"({"contents":[{"uri":"\ud800"}]})");
}

// GB section 5.3, GB-312: reads of legacy servers get hints, other results none
TEST(Lift, GivesReadsOfLegacyServersTheCacheHintsTheyLack) {
  for (const auto& [method, hinted] : {std::pair{Method::resources_read, true}, std::pair{Method::tools_call, false},
                                       std::pair{Method::prompts_get, false}}) {
    const auto reply = lift(server_answer("{}"), method, kLegacy, kModern);
    ASSERT_TRUE(reply);
    EXPECT_EQ((*reply)->cache.has_value(), hinted) << mcp::to_string(method);
    if (!hinted) continue;
    EXPECT_EQ((*reply)->cache->ttl_ms, 0);
    EXPECT_EQ((*reply)->cache->scope, mcp::CacheScope::personal);
  }
}

TEST(Lift, KeepsTheHintsOfModernServers) {
  auto answer = server_answer("{}");
  answer->cache = mcp::CacheHints{.ttl_ms = 5000, .scope = mcp::CacheScope::shared};
  const auto reply = lift(std::move(answer), Method::resources_read, kModern, kModern);
  ASSERT_TRUE(reply);
  EXPECT_EQ((*reply)->cache->ttl_ms, 5000);
  EXPECT_EQ((*reply)->cache->scope, mcp::CacheScope::shared);
}

TEST(Lift, RefusesWhatASessionHasNoFormFor) {
  {
    auto answer = server_answer(R"({"resultType":"x"})");
    answer->kind = mcp::ResultKind::task;
    const auto reply = lift(std::move(answer), Method::tools_call, kModern, Revision::v2025_06_18);
    ASSERT_FALSE(reply);
    EXPECT_EQ(reply.error().kind, Kind::not_bridgeable);
    EXPECT_NE(reply.error().message.find("crm.sync"), std::string::npos);
    const auto data = json::parse(reply.error().data);
    ASSERT_TRUE(data && data->find("gatehouse"));
    EXPECT_EQ(data->find("gatehouse")->text("clientVersion"), "2025-06-18");
    EXPECT_EQ(data->find("gatehouse")->text("backend"), "crm");
  }
  auto answer = server_answer(R"({"resultType":"input_required","requestState":"s"})");
  answer->kind = mcp::ResultKind::input_required;
  EXPECT_TRUE(lift(std::move(answer), Method::tools_call, kModern, kModern));
}

struct Row {
  int server_code, for_modern, for_legacy;
};

// GB section 10.2
TEST(LiftError, TranslatesCodesAsTheTableSays) {
  const Row rows[] = {
      {-32700, -32603, -32603},
      {-32600, -32603, -32603},
      {-32601, -32602, -32602},
      {-32602, -32602, -32602},
      {-32603, -32603, -32603},
      {-32002, -32603, -32002},
      {-32042, -31003, -32042},
      {-32020, -32603, -32603},
      {-32022, -32603, -32603},
      {-32021, -32021, -31003},
      {-32000, -32603, -32000},
      {-32001, -32603, -32001},
      {-32019, -32603, -32019},
      {-32023, -32603, -32023},
      {-32099, -32603, -32099},
      {0, 0, 0},
      {-1, -1, -1},
      {1, 1, 1},
      {429, 429, 429},
      {-32769, -32769, -32769},
      {-31001, -31001, -31001},
      {-32604, -32604, -32604},
  };
  for (const Row& row : rows) {
    for (const Revision client : {kModern, kLegacy}) {
      const auto reply = lift(server_error(R"({"code":)" + std::to_string(row.server_code) + R"(,"message":"m"})"),
                              Method::tools_call, kLegacy, client);
      ASSERT_TRUE(reply);
      const int expected = client == kModern ? row.for_modern : row.for_legacy;
      EXPECT_EQ((*reply)->error_code, expected) << row.server_code;
      EXPECT_TRUE((*reply)->is_error);
      const auto error = json::parse((*reply)->body.str());
      ASSERT_TRUE(error);
      EXPECT_EQ(error->find("code")->as_int(), expected) << row.server_code;
      const bool in_own_words = row.server_code == -32021 && client == kLegacy;
      EXPECT_EQ(error->text("message") == "m", !in_own_words) << row.server_code;
    }
  }
}

// GB section 15, 12
TEST(LiftError, ModernClientsNeverGetForbiddenCodes) {
  for (int code = -32768; code <= -31900; ++code) {
    for (const Method method : {Method::tools_call, Method::resources_read}) {
      const auto reply =
          lift(server_error(R"({"code":)" + std::to_string(code) + R"(,"message":"m","data":{"uri":"a:1"}})"), method,
               kLegacy, kModern);
      ASSERT_TRUE(reply);
      const int c = (*reply)->error_code;
      EXPECT_FALSE(c <= -32000 && c >= -32019) << code;
      EXPECT_FALSE(c == -32042 || (c <= -32023 && c >= -32099)) << code;
    }
  }
}

std::string error_text(std::string_view error, Method method, Revision server, Revision client) {
  const auto reply = lift(server_error(error), method, server, client);
  return reply ? (*reply)->body.str() : std::string(to_string(reply.error().kind));
}

TEST(LiftError, LeavesAnErrorAloneThatNeedsNothing) {
  const char* error = R"({ "message" : "m\u0041" , "code" : -32602 , "data" : [ 1e2 ] , "x" : 1 })";
  EXPECT_EQ(error_text(error, Method::tools_call, kLegacy, kModern), error);
  EXPECT_EQ(error_text(error, Method::resources_read, kModern, kLegacy), error);
}

// GB-391: URIs of errors in their documented place
TEST(LiftError, MissingResourcesAreToldInEachErasWay) {
  EXPECT_EQ(error_text(R"({"code":-32002,"message":"m","data":{"uri":"a:1","x":1}})", Method::resources_read, kLegacy,
                       kModern),
            R"({"code":-32602,"message":"m","data":{"uri":"gh-crm+a:1","x":1}})");
  EXPECT_EQ(
      error_text(R"({"code":-32602,"message":"m","data":{"uri":"a:1"}})", Method::resources_read, kModern, kLegacy),
      R"({"code":-32002,"message":"m","data":{"uri":"gh-crm+a:1"}})");
  EXPECT_EQ(
      error_text(R"({"code":-32602,"message":"m","data":{"uri":"a:1"}})", Method::resources_read, kModern, kModern),
      R"({"code":-32602,"message":"m","data":{"uri":"gh-crm+a:1"}})");
  EXPECT_EQ(
      error_text(R"({"code":-32002,"message":"m","data":{"uri":"a:1"}})", Method::resources_read, kLegacy, kLegacy),
      R"({"code":-32002,"message":"m","data":{"uri":"gh-crm+a:1"}})");
  EXPECT_EQ(error_text(R"({"code":-32602,"message":"bad","data":{}})", Method::resources_read, kModern, kLegacy),
            R"({"code":-32602,"message":"bad","data":{}})");
}

// GB-393: only upstreamCode is added
TEST(LiftError, SaysWhichCodeItReplaced) {
  EXPECT_EQ(error_text(R"({"code":-32010,"message":"m"})", Method::tools_call, kLegacy, kModern),
            R"({"code":-32603,"message":"m","data":{"gatehouse":{"upstreamCode":-32010}}})");
  EXPECT_EQ(
      error_text(R"({"code":-32010,"message":"m","data":{"why":"x","gatehouse":{"backend":"inner"}}})",
                 Method::tools_call, kLegacy, kModern),
      R"({"code":-32603,"message":"m","data":{"why":"x","gatehouse":{"upstreamCode":-32010,"upstream":{"backend":"inner"}}}})");
}

// GB-393: a server that is a gateway itself
TEST(LiftError, KeepsWhatAnInnerGatewaySaidBelowItsOwn) {
  EXPECT_EQ(error_text(R"({"code":-31001,"message":"m","data":{"gatehouse":{"backend":"x"}}})", Method::tools_call,
                       kModern, kModern),
            R"({"code":-31001,"message":"m","data":{"gatehouse":{"upstream":{"backend":"x"}}}})");
}

// Gateway rule E11
TEST(LiftError, TellsOlderClientsWhichCapabilityTheyLack) {
  EXPECT_EQ(
      error_text(R"({"code":-32021,"message":"m","data":{"requiredCapabilities":{"elicitation":{"url":{}}}}})",
                 Method::tools_call, kModern, Revision::v2025_06_18),
      R"({"code":-31003,"message":"crm.sync needs elicitation.url, which this client (2025-06-18) does not offer.","data":)"
      R"({"gatehouse":{"feature":"elicitation.url","clientVersion":"2025-06-18","backend":"crm","requiredCapabilities":)"
      R"({"elicitation":{"url":{}}}}}})");
}

// GB-391
TEST(LiftError, CutsWhatIsForTheServersDevelopersOnly) {
  EXPECT_EQ(error_text(R"j({"code":-32603,"message":"boom\n    at f (x.js:1)","data":{"stack":"at f","why":1}})j",
                       Method::tools_call, kLegacy, kLegacy),
            R"({"code":-32603,"message":"boom","data":{"why":1}})");
}

// GB-341
TEST(LiftError, AServerWithoutCompletionsHasNoneToOffer) {
  const auto reply =
      lift(server_error(R"({"code":-32601,"message":"m"})"), Method::completion_complete, kLegacy, kModern);
  ASSERT_TRUE(reply);
  EXPECT_FALSE((*reply)->is_error);
  EXPECT_EQ((*reply)->body.str(), R"({"completion":{"values":[],"hasMore":false}})");
}

TEST(LiftError, RefusesAnErrorThatCannotBeRead) {
  EXPECT_EQ(error_text(R"({"code":-32601,"message":"m","code":1})", Method::tools_call, kLegacy, kModern), "bad_reply");
}

constexpr auto same = [](std::string_view uri) { return std::string(uri); };

/// As a task's outcome comes: for the stateless client that drove it, then for the one that wanted it.
mcp::Reply lift_by_a_driver(std::unique_ptr<mcp::Answer> answer, Revision server, bool wraps_values = false) {
  auto first = lift(std::move(answer), Method::tools_call, server, kModern);
  if (!first) return first;
  return lift_for_older(std::move(*first), {.method = Method::tools_call,
                                            .client = kLegacy,
                                            .server_name = "crm",
                                            .exposed_name = "crm.sync",
                                            .expose_uri = same,
                                            .wraps_values = wraps_values});
}

// GB-393: one note, whoever drove the call
TEST(LiftForOlder, AnErrorIsTheSameAsIfItHadBeenLiftedOnce) {
  for (const int code : {-32700, -32601, -32602, -32603, -32002, -32020, -32021, -32022, -32000, -32010, -32023, -32099,
                         -31001, 0, 1, 429}) {
    for (const auto* data : {"", R"(,"data":{"why":"x"})", R"(,"data":{"stack":"s","gatehouse":{"backend":"inner"}})",
                             R"(,"data":{"gatehouse":{"upstreamCode":-32011}})",
                             R"(,"data":{"requiredCapabilities":{"elicitation":{}}})"}) {
      for (const Revision server : {kLegacy, kModern}) {
        const std::string error = R"({"code":)" + std::to_string(code) + R"(,"message":"m")" + data + "}";
        const auto twice = lift_by_a_driver(server_error(error), server);
        const auto once = lift(server_error(error), Method::tools_call, server, kLegacy);
        ASSERT_TRUE(twice && once) << error;
        EXPECT_TRUE((*twice)->is_error);
        EXPECT_EQ((*twice)->error_code, (*once)->error_code) << error;
        EXPECT_EQ((*twice)->body.str(), (*once)->body.str()) << error;
      }
    }
  }
}

TEST(LiftForOlder, StructuredContentIsThatOfTheOlderRevision) {
  for (const auto* content : {"", R"("content":[{"type":"text","text":"[1]"}],)"}) {
    const std::string result = std::string("{") + content + R"("structuredContent":[1],"_meta":{"k":1}})";
    const auto wrapped = lift_by_a_driver(server_answer(result), kModern, true);
    ASSERT_TRUE(wrapped);
    EXPECT_EQ(json::parse((*wrapped)->body.str())->find("structuredContent")->str(), R"({"value":[1]})") << content;
    EXPECT_EQ((*wrapped)->extra_meta, R"("k":1)");
    const auto bare = lift_by_a_driver(server_answer(result), kModern);
    ASSERT_TRUE(bare);
    EXPECT_EQ((*bare)->body.str(), R"({"content":[{"type":"text","text":"[1]"}]})") << content;
  }
}

TEST(LiftNotification, ExposesTheUriOfAnUpdate) {
  const test::ClientMessage updated(
      R"({"jsonrpc":"2.0","method":"notifications/resources/updated","params":{"_meta":{"x":1}, "uri" : "a:1"}})");
  EXPECT_EQ(lift_notification(*updated, expose).str(), R"({"_meta":{"x":1}, "uri" : "gh-crm+a:1"})");
  const test::ClientMessage changed(R"({"jsonrpc":"2.0","method":"notifications/tools/list_changed"})");
  EXPECT_FALSE(lift_notification(*changed, expose).edited());
}

}  // namespace
}  // namespace gatehouse::bridge
