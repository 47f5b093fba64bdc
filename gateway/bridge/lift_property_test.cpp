// Generated answers of servers, by seed. Gateway rules section 15: invariants 4, 12 and 18.
#include <random>

#include <gtest/gtest.h>

#include <gatehouse/mcp/error_codes.hpp>

#include "gateway/bridge/lift.hpp"
#include "tests/support/messages.hpp"

namespace gatehouse::bridge {
namespace {

using mcp::Method;
using mcp::Revision;

constexpr auto expose = [](std::string_view uri) { return "gh-crm+" + std::string(uri); };

class Generator {
 public:
  explicit Generator(unsigned seed) : random_(seed) {}
  std::size_t below(std::size_t n) { return random_() % n; }
  std::string one_of(std::initializer_list<const char*> texts) { return *(texts.begin() + below(texts.size())); }
  template <class T, std::size_t N>
  T one_of(const std::array<T, N>& all) {
    return all[below(N)];
  }

  std::string block() {
    return one_of({R"({"type":"text","text":"a\u00e9 audio"})",
                   R"({"type":"image","data":"QQ==","mimeType":"image/png"})",
                   R"({"type":"audio","data":"QQ==","mimeType":"audio/wav"})",
                   R"({"type":"resource_link","uri":"a:1","name":"n"})",
                   R"({"type":"resource","resource":{"uri":"a:2","text":"x"}})", R"({"type":"new-kind","x":1e2})"});
  }
  std::string tool_result() {
    std::string members = R"("vendor/x" : [1.50, null])";
    if (below(4) > 0) {
      members += R"(,"content":[)";
      for (std::size_t n = below(4), i = 0; i < n; ++i) members += (i ? "," : "") + block();
      members += "]";
    }
    if (below(2)) members += R"(,"structuredContent":)" + one_of({"{\"a\":1.50}", "[1]", "7", "null", "\"s\""});
    if (below(4) == 0) members += R"(,"isError":true)";
    if (below(3) == 0) members += R"(,"_meta":{"x/y":{"z":1}})";
    return "{" + members + "}";
  }

 private:
  std::mt19937 random_;
};

constexpr std::array kMethods = {Method::tools_call, Method::prompts_get, Method::resources_read,
                                 Method::completion_complete};

mcp::Reply lift(std::unique_ptr<mcp::Answer> answer, Method method, Revision server, Revision client) {
  return lift_answer(std::move(answer), {.method = method,
                                         .server = server,
                                         .client = client,
                                         .server_name = "crm",
                                         .exposed_name = "crm.sync",
                                         .expose_uri = expose});
}

TEST(LiftProperty, ModernClientsNeverSeeForbiddenCodes) {
  for (unsigned seed = 0; seed < 4000; ++seed) {
    Generator generator(seed);
    const int code = -31900 - static_cast<int>(generator.below(900));
    const std::string error = R"({"code":)" + std::to_string(code) + R"(,"message":"m","data":)" +
                              generator.one_of({"null", "{}", R"({"uri":"a:1"})", "[1]", R"({"gatehouse":{"x":1}})"}) +
                              "}";
    const auto reply =
        lift(test::server_error(error), generator.one_of(kMethods), generator.one_of(mcp::kRevisions), mcp::kLatest);
    if (!reply || !(*reply)->is_error) continue;  // an own error, or no error any more
    const int c = (*reply)->error_code;
    EXPECT_FALSE(c <= -32000 && c >= -32019) << seed;
    EXPECT_FALSE(c <= -32020 && c >= -32099 && c != mcp::code::kMissingCapability) << seed;
    EXPECT_EQ(json::parse((*reply)->body.str())->find("code")->as_int(), c) << seed;
  }
}

/// What may be different: URIs, and content that the client's revision does not know.
json::Value without_known_changes(json::Value result) {
  for (const auto* member : {"content", "structuredContent", "_meta"}) result.erase(member);
  return result;
}

TEST(LiftProperty, NothingChangesThatTheRulesDoNotName) {
  for (unsigned seed = 0; seed < 2000; ++seed) {
    Generator generator(seed);
    const std::string text = generator.tool_result();
    const Revision client = generator.one_of(mcp::kRevisions);
    const auto reply = lift(test::server_answer(text), Method::tools_call, generator.one_of(mcp::kRevisions), client);
    ASSERT_TRUE(reply) << text;
    const auto before = json::parse(text).value();
    const auto after = json::parse((*reply)->body.str());
    ASSERT_TRUE(after) << text;
    EXPECT_EQ(without_known_changes(*after), without_known_changes(before)) << text;
    if (!mcp::has_structured_content(client)) {
      EXPECT_FALSE(after->find("structuredContent")) << text;
    }
    if (before.find("structuredContent")) {
      EXPECT_TRUE(after->find("content")) << text;
    }
    const bool no_uris = text.find("\"uri\"") == std::string::npos;
    const auto* structured = before.find("structuredContent");
    if (client == mcp::kLatest && no_uris && (!structured || before.find("content"))) {
      EXPECT_EQ((*reply)->body.str(), text);
    }
  }
}

TEST(LiftProperty, NoResultGainsEnvelopeMembersHere) {
  for (unsigned seed = 0; seed < 1000; ++seed) {
    Generator generator(seed);
    const auto reply = lift(test::server_answer(generator.tool_result()), Method::tools_call,
                            generator.one_of(mcp::kRevisions), generator.one_of(mcp::kRevisions));
    ASSERT_TRUE(reply);
    for (const auto* member : {"resultType", "ttlMs", "cacheScope"})
      EXPECT_FALSE(json::parse((*reply)->body.str())->find(member)) << seed;
  }
}

}  // namespace
}  // namespace gatehouse::bridge
