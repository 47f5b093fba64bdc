// Generated results, by seed. Gateway rules section 15: invariant 4, and 18 for what the envelope does not touch.
#include <random>

#include <gtest/gtest.h>

#include <gatehouse/json/value.hpp>
#include <gatehouse/transport/render.hpp>

#include "tests/support/messages.hpp"

namespace gatehouse::transport {
namespace {

std::string random_result(std::mt19937& random) {
  const auto one_of = [&](std::initializer_list<const char*> texts) {
    return *(texts.begin() + random() % texts.size());
  };
  std::string members;
  const auto add = [&](const std::string& member) { members.append(members.empty() ? "" : " , ").append(member); };
  if (random() % 2) add(R"("resultType":"complete")");
  if (random() % 2) add(R"("content":[ {"type":"text","text":"x"} ])");
  if (random() % 2) add(R"("ttlMs":5)");
  if (random() % 2) add(R"("vendor" : 1.50)");
  if (random() % 2) add(R"("cacheScope":"public")");
  if (random() % 2)
    add(std::string(R"("_meta":)") +
        one_of({"{}", R"({"x/y":1})", R"({"io.modelcontextprotocol/serverInfo":{"name":"inner"},"x/y":2})"}));
  return "{" + members + "}";
}

TEST(RenderProperty, TheEnvelopeIsThatOfTheClientsRevision) {
  for (unsigned seed = 0; seed < 2000; ++seed) {
    std::mt19937 random(seed);
    const std::string text = random_result(random);
    const mcp::Revision revision = mcp::kRevisions[random() % mcp::kRevisions.size()];
    auto answer = test::server_answer(text);
    if (random() % 2) answer->cache = mcp::CacheHints{.ttl_ms = 7, .scope = mcp::CacheScope::personal};
    if (random() % 2) answer->extra_meta = R"("io.gatehouse/backend":{"name":"crm"})";
    const bool hinted = answer->cache.has_value(), named = !answer->extra_meta.empty();
    const Rendered rendered("1", *answer, revision, R"({"name":"gatehouse"})");
    const auto message = json::parse(test::str(rendered.pieces()));
    ASSERT_TRUE(message) << text;
    const json::Value& result = *message->find("result");
    const bool modern = mcp::is_modern(revision);
    EXPECT_EQ(result.text("resultType"), modern ? "complete" : "") << text;
    EXPECT_EQ(result.find("ttlMs") != nullptr, modern && hinted) << text;
    EXPECT_EQ(result.find("cacheScope") != nullptr, modern && hinted) << text;
    const json::Value* meta = result.find("_meta");
    const json::Value* info = meta ? meta->find(mcp::meta_key::kServerInfo) : nullptr;
    EXPECT_EQ(info != nullptr, modern) << text;
    if (info) {
      EXPECT_EQ(info->text("name"), "gatehouse") << text;
    }
    EXPECT_EQ(meta && meta->find("io.gatehouse/backend"), named) << text;
    const auto given = json::parse(text).value();
    for (const auto* member : {"content", "vendor"}) {
      const auto *before = given.find(member), *after = result.find(member);
      EXPECT_TRUE(before ? after && *after == *before : !after) << text;
    }
  }
}

}  // namespace
}  // namespace gatehouse::transport
