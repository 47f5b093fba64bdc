#include <gatehouse/transport/render.hpp>

#include <algorithm>

#include <gtest/gtest.h>

#include <gatehouse/json/value.hpp>

#include "src/json/random_json_test.hpp"
#include "tests/support/messages.hpp"

namespace gatehouse::transport {
namespace {

using mcp::Revision;
using test::server_answer;

constexpr std::string_view kInfo = R"({"name":"gatehouse","version":"1"})";

/// The result as a client of `revision` gets it.
std::string rendered(mcp::Answer& answer, Revision revision) {
  const std::string text = test::str(Rendered("7", answer, revision, kInfo).pieces());
  constexpr std::string_view kHead = R"({"jsonrpc":"2.0","id":7,"result":)";
  if (!text.starts_with(kHead) || !text.ends_with('}')) return "unexpected frame: " + text;
  return text.substr(kHead.size(), text.size() - kHead.size() - 1);
}
std::string rendered(std::string_view result, Revision revision) { return rendered(*server_answer(result), revision); }
std::string legacy(std::string_view result) { return rendered(result, Revision::v2025_11_25); }

std::string modern(std::string_view result, std::optional<mcp::CacheHints> cache = {}) {
  const auto answer = server_answer(result);
  answer->cache = cache;
  return rendered(*answer, Revision::v2026_07_28);
}

constexpr const char* kOwnMeta = R"("_meta":{"io.modelcontextprotocol/serverInfo":{"name":"gatehouse","version":"1"}})";
std::string complete(std::string_view before, std::string_view meta = kOwnMeta) {
  return "{" + std::string(before) + R"("resultType":"complete",)" + std::string(meta) + "}";
}

// GB section 15, 18: what is not named by a rule is not touched.
TEST(Render, LegacyToLegacyIsByteIdentical) {
  for (const auto* result :
       {R"({})", R"( { } )", R"({"content" : [ {"type":"text","text":"a\u0062\/"} ] , "isError":false})",
        R"({"_meta":{}})",
        R"({"content":[],"_meta" : { "vendor/x" : 1 , "io.modelcontextprotocol/related-task":{"taskId":"t"}},"structuredContent":{"ttlMs":1,"resultType":"x"}})",
        R"({"x":1e400,"y":-0,"z":123456789012345678901234567890})", R"({"x":1,"x":2})"}) {
    const auto answer = server_answer(result);
    const std::string text(answer->body.source());
    EXPECT_EQ(rendered(*answer, Revision::v2025_06_18), text);
    EXPECT_FALSE(answer->body.edited()) << result;
  }
}

// GB section 5.2: removed for sessions are resultType, ttlMs, cacheScope and serverInfo
TEST(Render, ModernToLegacyRemovesTheEnvelopeWhereverItStands) {
  EXPECT_EQ(legacy(R"({"resultType":"complete","content":[]})"), R"({"content":[]})");
  EXPECT_EQ(legacy(R"({"content":[],"resultType":"complete"})"), R"({"content":[]})");
  EXPECT_EQ(legacy(R"({"resultType":"complete"})"), "{}");
  EXPECT_EQ(legacy(R"( { "resultType" : "complete" , "ttlMs" : 5 , "content" : [ ] , "cacheScope" : "public" } )"),
            R"({ "content" : [ ] })");
  EXPECT_EQ(legacy(R"({"ttlMs":1,"tools":[],"cacheScope":"public","nextCursor":"c","resultType":"complete"})"),
            R"({"tools":[],"nextCursor":"c"})");
}

TEST(Render, ModernToLegacyRemovesWhoAnsweredAndKeepsTheVendorsMeta) {
  EXPECT_EQ(
      legacy(R"({"resultType":"complete","_meta":{"io.modelcontextprotocol/serverInfo":{"name":"s"}},"content":[]})"),
      R"({"content":[]})");
  EXPECT_EQ(
      legacy(
          R"({"_meta":{"a" : 1 ,"io.modelcontextprotocol/serverInfo":{},"io.modelcontextprotocol/subscriptionId":3, "b":"\u0041"},"content":[]})"),
      R"({"content":[],"_meta":{"a" : 1,"b":"\u0041"}})");
  EXPECT_EQ(legacy(R"({"resultType":"complete","_meta":{ "a":1 },"content":[]})"),
            R"({"_meta":{ "a":1 },"content":[]})");
  EXPECT_EQ(legacy(R"({"_meta":{},"resultType":"complete"})"), R"({"_meta":{}})");
}

// TR-013, GB section 5.3
TEST(Render, LegacyToModernAddsTheEnvelope) {
  EXPECT_EQ(modern("{}"), complete(""));
  EXPECT_EQ(modern(" { } "), "{" + complete("").substr(1, complete("").size() - 2) + " }");
  EXPECT_EQ(modern(R"({"content":[]})"), complete(R"("content":[],)"));
  EXPECT_EQ(modern(R"({"content":[]})", mcp::CacheHints{}),
            R"({"content":[],"resultType":"complete","ttlMs":0,"cacheScope":"private",)" + std::string(kOwnMeta) + "}");
  EXPECT_EQ(modern(R"({"_meta":{},"content":[]})"), complete(R"("content":[],)"));
  EXPECT_EQ(
      modern(R"({"_meta":{"v/a" : [1]},"content":[]})"),
      R"({"content":[],"resultType":"complete","_meta":{"v/a" : [1],"io.modelcontextprotocol/serverInfo":{"name":"gatehouse","version":"1"}}})");
}

// GB section 4.5: related-task is removed for stateless clients
TEST(Render, LegacyToModernRemovesTheMetaOfTasks) {
  EXPECT_EQ(
      modern(
          R"({"_meta":{"io.modelcontextprotocol/related-task":{"taskId":"t"},"io.modelcontextprotocol/model-immediate-response":"x"}})"),
      complete(""));
}

TEST(Render, ModernToModernReplacesTheServersEnvelope) {
  EXPECT_EQ(
      modern(
          R"({"resultType":"complete","ttlMs":9,"content":[],"cacheScope":"public","_meta":{"io.modelcontextprotocol/serverInfo":{"name":"s"},"v/a":1}})",
          mcp::CacheHints{.ttl_ms = 4, .scope = mcp::CacheScope::shared}),
      R"({"content":[],"resultType":"complete","ttlMs":4,"cacheScope":"public","_meta":{"v/a":1,"io.modelcontextprotocol/serverInfo":{"name":"gatehouse","version":"1"}}})");
}

TEST(Render, SaysWhatKindOfResultItIs) {
  const std::pair<mcp::ResultKind, const char*> kinds[] = {{mcp::ResultKind::complete, "complete"},
                                                           {mcp::ResultKind::input_required, "input_required"},
                                                           {mcp::ResultKind::task, "task"},
                                                           {mcp::ResultKind::extension, "vendor/x"}};
  for (const auto& [kind, name] : kinds) {
    const auto answer = mcp::Answer::of("{}");
    answer->kind = kind;
    answer->kind_name = "vendor/x";
    const auto parsed = json::parse(rendered(*answer, mcp::kLatest));
    ASSERT_TRUE(parsed);
    EXPECT_EQ(parsed->text("resultType"), name);
  }
}

TEST(Render, AnswersMadeHereGetTheSameEnvelope) {
  EXPECT_EQ(rendered(*mcp::Answer::of("{}"), mcp::kLatest), complete(""));
  EXPECT_EQ(rendered(*mcp::Answer::of(R"({"tools":[]})"), mcp::kLatest), complete(R"("tools":[],)"));
  EXPECT_EQ(rendered(*mcp::Answer::of(R"({"tools":[]})"), mcp::kLatestLegacy), R"({"tools":[]})");
  for (const auto* text : {"{}", R"({"tools":[]})"}) {
    const auto answer = mcp::Answer::of(text);
    answer->extra_meta = R"("io.gatehouse/degraded":{"backends":["crm"]})";
    const auto parsed = json::parse(rendered(*answer, mcp::kLatestLegacy));
    ASSERT_TRUE(parsed && parsed->find("_meta")) << text;
    EXPECT_EQ(parsed->find("_meta")->str(), R"({"io.gatehouse/degraded":{"backends":["crm"]}})");
  }
}

TEST(Render, AddsOwnMetaToAServersResult) {
  for (const Revision revision : {mcp::kLatest, mcp::kLatestLegacy}) {
    for (const auto* result :
         {R"({"content":[]})", R"({"content":[],"_meta":{"v/a":1}})", R"({"resultType":"complete","_meta":{}})"}) {
      const auto answer = server_answer(result);
      answer->extra_meta = R"("io.gatehouse/backend":"crm")";
      const auto parsed = json::parse(rendered(*answer, revision));
      ASSERT_TRUE(parsed && parsed->find("_meta")) << result;
      EXPECT_EQ(parsed->find("_meta")->text("io.gatehouse/backend"), "crm") << result;
    }
  }
}

// TR-006
TEST(Render, RepeatsTheIdToken) {
  for (const auto* id : {"1", "\"1\"", "-9007199254740993", R"("\u0061\/")", "\"\""}) {
    EXPECT_EQ(test::str(Rendered(id, *mcp::Answer::of("{}"), mcp::kLatestLegacy, kInfo).pieces()),
              R"({"jsonrpc":"2.0","id":)" + std::string(id) + R"(,"result":{}})");
    const auto error = test::server_error(R"({"code":-32602,"message":"x"})");
    EXPECT_EQ(test::str(Rendered(id, *error, mcp::kLatest, kInfo).pieces()),
              R"({"jsonrpc":"2.0","id":)" + std::string(id) + R"(,"error":{"code":-32602,"message":"x"}})");
  }
}

// TR-528, GB-392: modern statuses
TEST(Render, RelayedErrorsTravelWith200ExceptTheModernOnes) {
  for (const int code : {-32020, -32021, -32022}) {
    const auto error = test::server_error(R"({"code":)" + std::to_string(code) + R"(,"message":"x"})");
    EXPECT_EQ(Rendered("1", *error, mcp::kLatest, kInfo).http_status(), 400);
    EXPECT_EQ(Rendered("1", *error, mcp::kLatestLegacy, kInfo).http_status(), 200);
  }
  EXPECT_EQ(Rendered("1", *test::server_error(R"({"code":-32601,"message":"x"})"), mcp::kLatest, kInfo).http_status(),
            200);
}

TEST(Render, OwnErrorsHaveCodeStatusAndData) {
  const Error missing = Error{Kind::resource_not_found, Origin::client, "no \"x\""}.with_data(R"({"uri":"a:1"})");
  const Rendered for_legacy("1", missing, mcp::kLatestLegacy);
  EXPECT_EQ(test::str(for_legacy.pieces()),
            R"({"jsonrpc":"2.0","id":1,"error":{"code":-32002,"message":"no \"x\"","data":{"uri":"a:1"}}})");
  const Rendered without_id("", Error{Kind::parse_error, Origin::client, "m"}, mcp::kLatest);
  EXPECT_EQ(test::str(without_id.pieces()), R"({"jsonrpc":"2.0","error":{"code":-32700,"message":"m"}})");
  EXPECT_EQ(without_id.http_status(), 400);
}

/// Writes random results of servers and knows how each has to look for a client.
class RandomResult {
 public:
  explicit RandomResult(std::uint32_t seed) : random_(seed) {}

  std::string text;
  std::vector<std::string> untouched;  ///< `"key":value` as written, in order.

  void write() {
    text = space() + "{";
    untouched.clear();
    std::vector<std::string> members = {R"("resultType":"complete")", R"("ttlMs":1000)", R"("cacheScope":"public")",
                                        meta()};
    std::erase_if(members, [&](const auto&) { return random_.one_in(2); });
    for (std::size_t n = random_.below(4); n > 0; --n) {
      std::string member = "\"" + std::string(1, static_cast<char>('a' + n)) + std::to_string(random_.below(100)) +
                           "\"" + space() + ":" + space() + value();
      members.insert(members.begin() + static_cast<std::ptrdiff_t>(random_.below(members.size() + 1)),
                     std::move(member));
    }
    for (std::size_t i = 0; i < members.size(); ++i) {
      if (members[i][1] >= 'b' && members[i][1] < 'g' && members[i][2] <= '9') untouched.push_back(members[i]);
      text += (i ? "," : "") + space() + members[i] + space();
    }
    text += members.empty() ? space() : "";
    text += "}" + space();
  }
  Revision revision() { return mcp::kRevisions[random_.below(mcp::kRevisions.size())]; }
  bool one_in(std::size_t n) { return random_.one_in(n); }

 private:
  std::string space() { return std::string(random_.one_in(3) ? random_.below(3) : 0, random_.one_in(2) ? ' ' : '\n'); }
  std::string value() {
    std::string spelled = random_.spelled(random_.value(3));
    const auto first = spelled.find_first_not_of(" \t\r\n");
    return spelled.substr(first, spelled.find_last_not_of(" \t\r\n") + 1 - first);
  }
  std::string meta() {
    std::string inside;
    if (random_.one_in(2)) inside = R"("v/a":)" + value();
    if (random_.one_in(2))
      inside += (inside.empty() ? "" : ",") + std::string(R"("io.modelcontextprotocol/serverInfo":{"name":"s"})");
    if (random_.one_in(2)) inside += (inside.empty() ? "" : " , ") + std::string(R"("v/b" :)") + value();
    return "\"_meta\"" + space() + ":" + space() + "{" + space() + inside + "}";
  }
  json::test::RandomJson random_;
};

/// The members of a JSON object as they are written.
std::vector<std::string> members_of(const std::string& object) {
  std::vector<std::string> found;
  const auto bytes = Buffer::copy_of(object);
  const auto walked = json::reader().walk(bytes.view(), [&](json::Node& root) -> Result<void> {
    const auto view = root.object();
    if (!view) return fail(Error(view.error()));
    for (const auto& member : view->members)
      found.emplace_back(member.begin, member.value.data() + member.value.size());
    return {};
  });
  EXPECT_TRUE(walked) << object;
  return found;
}

json::Value without(json::Value value, std::initializer_list<std::string_view> keys) {
  for (const auto key : keys) value.erase(key);
  return value;
}

// GB section 15, invariants 1, 4 and 18
TEST(Render, PropertyForRandomResultsAndRevisions) {
  RandomResult random(20260728);
  for (int round = 0; round < 3000; ++round) {
    random.write();
    const auto answer = server_answer(random.text);
    if (random.one_in(2)) answer->cache = mcp::CacheHints{.ttl_ms = 12, .scope = mcp::CacheScope::shared};
    const bool hinted = answer->cache.has_value();
    const Revision revision = random.revision();
    const std::string out = rendered(*answer, revision);
    const auto before = json::parse(random.text);
    const auto after = json::parse(out);
    ASSERT_TRUE(before && after) << random.text << "\n" << out;

    auto found = members_of(out);
    std::erase_if(found, [&](const std::string& member) {
      return std::ranges::find(random.untouched, member) == random.untouched.end();
    });
    EXPECT_EQ(found, random.untouched) << random.text << "\n" << out;

    const auto* meta_before = before->find("_meta");
    const auto* meta_after = after->find("_meta");
    const auto vendors = without(meta_before ? *meta_before : json::Value::object(), {mcp::meta_key::kServerInfo});
    EXPECT_EQ(without(meta_after ? *meta_after : json::Value::object(), {mcp::meta_key::kServerInfo}), vendors);
    EXPECT_EQ(after->find("resultType") != nullptr, mcp::is_modern(revision));
    EXPECT_EQ(after->find("ttlMs") != nullptr, mcp::is_modern(revision) && hinted);
    EXPECT_EQ(after->find("cacheScope") != nullptr, mcp::is_modern(revision) && hinted);
    EXPECT_EQ(meta_after && meta_after->find(mcp::meta_key::kServerInfo), mcp::is_modern(revision)) << out;
  }
}

}  // namespace
}  // namespace gatehouse::transport
