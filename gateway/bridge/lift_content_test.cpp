#include "gateway/bridge/lift_content.hpp"

#include <gtest/gtest.h>

#include "gateway/bridge/lift_completion.hpp"
#include "tests/support/messages.hpp"

namespace gatehouse::bridge {
namespace {

using mcp::Method;
using mcp::Revision;
using enum mcp::Revision;

std::string fitted(std::string_view result, Revision client, Method method = Method::tools_call) {
  return fit_content(test::server_answer(result), method, client)->body.str();
}

// Scenario 19
TEST(FitContent, AnArrayAsStructuredContentIsSeenByEachRevisionAsItCan) {
  const char* result = R"({"content":[{"type":"text","text":"[1]"}],"structuredContent":[1]})";
  EXPECT_EQ(fitted(result, v2026_07_28), result);
  for (const Revision older : {v2025_11_25, v2025_06_18, v2025_03_26, v2024_11_05})
    EXPECT_EQ(fitted(result, older), R"({"content":[{"type":"text","text":"[1]"}]})") << mcp::to_string(older);
}

TEST(FitContent, AnObjectAsStructuredContentStaysWhereItExists) {
  const char* result = R"({"content":[],"structuredContent":{"a" : 1.50}})";
  for (const Revision newer : {v2026_07_28, v2025_11_25, v2025_06_18}) EXPECT_EQ(fitted(result, newer), result);
  for (const Revision older : {v2025_03_26, v2024_11_05})
    EXPECT_EQ(fitted(result, older), R"({"content":[{"type":"text","text":"{\"a\":1.50}"}]})");
}

TEST(FitContent, WrapsValuesForClientsThatKnowObjectsOnly) {
  const auto wrapped = [](Revision client) {
    const char* result = R"({"content":[{"type":"text","text":"[1]"}],"structuredContent":[1]})";
    return fit_content(test::server_answer(result), Method::tools_call, client, true)->body.str();
  };
  EXPECT_EQ(wrapped(v2026_07_28), R"({"content":[{"type":"text","text":"[1]"}],"structuredContent":[1]})");
  for (const Revision older : {v2025_11_25, v2025_06_18})
    EXPECT_EQ(wrapped(older), R"({"content":[{"type":"text","text":"[1]"}],"structuredContent":{"value":[1]}})");
  EXPECT_EQ(wrapped(v2025_03_26), R"({"content":[{"type":"text","text":"[1]"}]})");
}

TEST(FitContent, ATextIsMadeOnlyWhereThereIsNone) {
  EXPECT_EQ(fitted(R"({"structuredContent":7,"content":[{"type":"image","data":"","mimeType":"x"}]})", v2025_06_18),
            R"({"content":[{"type":"image","data":"","mimeType":"x"},{"type":"text","text":"7"}]})");
}

// `content` is required in every revision
TEST(FitContent, AddsMissingContent) {
  EXPECT_EQ(fitted(R"({"structuredContent":{"a":1}})", v2026_07_28),
            R"({"structuredContent":{"a":1},"content":[{"type":"text","text":"{\"a\":1}"}]})");
  EXPECT_EQ(fitted(R"({"isError":true})", v2025_11_25), R"({"isError":true})") << "there is nothing to say";
}

// Gateway rule 6.15
TEST(FitContent, SaysAudioAndLinksInWords) {
  const char* result =
      R"({"content":[{"type":"audio","data":"AAAA","mimeType":"audio/wav"},{"type":"resource_link","uri":"gh-a+memo:1","name":"n","description":"d","annotations":{"priority":1}},{"type":"text","text":"audio"}]})";
  for (const Revision newer : {v2026_07_28, v2025_11_25, v2025_06_18}) EXPECT_EQ(fitted(result, newer), result);
  EXPECT_EQ(
      fitted(result, v2025_03_26),
      R"({"content":[{"type":"audio","data":"AAAA","mimeType":"audio/wav"},{"type":"text","text":"n: gh-a+memo:1\nd","annotations":{"priority":1}},{"type":"text","text":"audio"}]})");
  EXPECT_EQ(
      fitted(result, v2024_11_05),
      R"({"content":[{"type":"text","text":"[audio audio/wav, 3 bytes omitted]"},{"type":"text","text":"n: gh-a+memo:1\nd","annotations":{"priority":1}},{"type":"text","text":"audio"}]})");
}

TEST(FitContent, FitsMessagesOfPrompts) {
  const char* result =
      R"({"messages":[{"role":"user","content":{"type":"audio","data":"QQ==","mimeType":"audio/mp3"}}]})";
  EXPECT_EQ(fitted(result, v2025_03_26, Method::prompts_get), result);
  EXPECT_EQ(fitted(result, v2024_11_05, Method::prompts_get),
            R"({"messages":[{"role":"user","content":{"type":"text","text":"[audio audio/mp3, 1 bytes omitted]"}}]})");
}

TEST(FitContent, KeepsWhatSurroundsTheContent) {
  auto answer = test::server_answer(
      R"({"resultType":"complete","_meta":{"x/y":1,"io.modelcontextprotocol/serverInfo":{}},"structuredContent":[],"isError":true,"more":2})");
  answer->is_tool_error = true;
  const auto fitted = fit_content(std::move(answer), Method::tools_call, v2025_11_25);
  EXPECT_EQ(fitted->body.str(), R"({"isError":true,"more":2,"content":[{"type":"text","text":"[]"}]})");
  EXPECT_EQ(fitted->extra_meta, R"("x/y":1)");
  EXPECT_TRUE(fitted->is_tool_error);
}

TEST(FitContent, LeavesOtherAnswersAlone) {
  const char* result = R"({"structuredContent":[1]})";
  EXPECT_EQ(fitted(result, v2024_11_05, Method::resources_read), result);
  auto answer = test::server_answer(result);
  answer->kind = mcp::ResultKind::input_required;
  EXPECT_EQ(fit_content(std::move(answer), Method::tools_call, v2026_07_28)->body.str(), result);
  const char* twice = R"({"content":[{"type":"audio","type":"audio"}]})";
  EXPECT_EQ(fitted(twice, v2024_11_05), twice);
}

// GB-341
TEST(CapCompletion, GivesAHundredValuesAtMost) {
  std::string values;
  for (int i = 0; i < 150; ++i) values += (i ? ",\"" : "\"") + std::to_string(i) + "\"";
  const auto capped =
      cap_completion(test::server_answer(R"({"completion":{"values":[)" + values + R"(],"total":150}})"));
  const auto result = json::parse(capped->body.str());
  ASSERT_TRUE(result);
  EXPECT_EQ(result->find("completion")->find("values")->as_array()->size(), 100U);
  EXPECT_EQ(result->find("completion")->find("hasMore")->as_bool(), true);
  EXPECT_EQ(result->find("completion")->find("total")->as_int(), 150);
  for (const char* fine : {R"({"completion":{"values":["a"]}})", "{}", R"({"completion":7})"})
    EXPECT_EQ(cap_completion(test::server_answer(fine))->body.str(), fine);
}

}  // namespace
}  // namespace gatehouse::bridge
