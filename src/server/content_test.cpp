#include <gatehouse/server/content.hpp>

#include <gtest/gtest.h>

#include "src/server/base64.hpp"
#include "src/server/results.hpp"

namespace gatehouse::server {
namespace {

using mcp::Revision;

std::string text_of(const ToolResult& result, Revision revision) { return to_answer(result, revision)->body.str(); }

TEST(Content, MediaTravelInBase64) {
  EXPECT_EQ(Content::image(std::string_view("\0\xff\x10", 3), "image/png").to_json(mcp::kLatest).str(),
            R"({"type":"image","data":"AP8Q","mimeType":"image/png"})");
  EXPECT_EQ(base64(""), "");
  EXPECT_EQ(base64("f"), "Zg==");
  EXPECT_EQ(base64("fo"), "Zm8=");
  EXPECT_EQ(base64("foo"), "Zm9v");
  EXPECT_EQ(base64("foobar"), "Zm9vYmFy");
}

TEST(Content, ResourcesAreTextOrBlob) {
  auto contents = ResourceContents::blob("foo", "application/x");
  contents.uri = "a:b";
  EXPECT_EQ(Content::resource(contents).to_json(mcp::kLatest).str(),
            R"({"type":"resource","resource":{"uri":"a:b","mimeType":"application/x","blob":"Zm9v"}})");
}

TEST(Content, OlderClientsGetTextForBlocksTheyDoNotKnow) {
  const Content link = Content::link("a:b", "b");
  EXPECT_EQ(link.to_json(Revision::v2025_06_18).text("type"), "resource_link");
  EXPECT_EQ(link.to_json(Revision::v2025_03_26).str(), R"({"type":"text","text":"a:b"})");
  const Content audio = Content::audio("x", "audio/wav");
  EXPECT_EQ(audio.to_json(Revision::v2025_03_26).text("type"), "audio");
  EXPECT_EQ(audio.to_json(Revision::v2024_11_05).str(), R"({"type":"text","text":"[audio: audio/wav]"})");
}

TEST(Content, StructuredContentIsSentToThoseWhoKnowIt) {
  const auto object = ToolResult::structured(json::Value::object({{"a", 1}}));
  const auto list = ToolResult::structured(json::Value::array({1, 2}));
  EXPECT_EQ(text_of(object, Revision::v2025_03_26), R"({"content":[{"type":"text","text":"{\"a\":1}"}]})");
  EXPECT_EQ(text_of(object, Revision::v2025_06_18),
            R"({"content":[{"type":"text","text":"{\"a\":1}"}],"structuredContent":{"a":1}})");
  EXPECT_EQ(text_of(list, Revision::v2025_11_25), R"({"content":[{"type":"text","text":"[1,2]"}]})");
  EXPECT_EQ(text_of(list, Revision::v2026_07_28),
            R"({"content":[{"type":"text","text":"[1,2]"}],"structuredContent":[1,2]})");
}

TEST(Content, AToolErrorIsAResult) {
  const auto answer = to_answer(ToolResult::error("no"), mcp::kLatest);
  EXPECT_TRUE(answer->is_tool_error);
  EXPECT_FALSE(answer->is_error);
  EXPECT_EQ(answer->body.str(), R"({"content":[{"type":"text","text":"no"}],"isError":true})");
}

TEST(Content, CompletionsAreCutAtAHundred) {
  std::vector<std::string> words(130, "aa");
  words.emplace_back("b");
  const auto completion = Completion::matching(words, "a");
  EXPECT_EQ(completion.values.size(), 100U);
  const auto object = json::parse(to_answer(completion)->body.str()).value().find("completion")->str();
  EXPECT_TRUE(object.ends_with(R"("total":130,"hasMore":true})")) << object;
  const auto raw = json::parse(to_answer(Completion{.values = words})->body.str()).value();
  EXPECT_EQ(raw.find("completion")->find("values")->as_array()->size(), 100U);
  EXPECT_EQ(raw.find("completion")->find("total")->as_int(), 131);
}

}  // namespace
}  // namespace gatehouse::server
