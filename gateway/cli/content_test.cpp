#include "gateway/cli/content.hpp"

#include <gtest/gtest.h>

namespace gatehouse::cli {
namespace {

json::Value value(std::string_view text) { return json::parse(text).value(); }

TEST(Content, ShowsTextsAsTheyAre) {
  EXPECT_EQ(content_text(value(R"({"content":[{"type":"text","text":"a\nb"},{"type":"text","text":"c\n"}]})")),
            "a\nb\nc\n");
}

TEST(Content, DescribesWhatIsNoText) {
  const auto shown = [](const std::string& block) { return content_text(value("{\"content\":[" + block + "]}")); };
  EXPECT_EQ(shown(R"({"type":"image","mimeType":"image/png","data":"AAAAAA=="})"), "[image image/png 4 bytes]\n");
  EXPECT_EQ(shown(R"({"type":"audio","data":""})"), "[audio 0 bytes]\n");
  EXPECT_EQ(shown(R"({"type":"resource_link","uri":"u:x","name":"n"})"), "[link u:x n]\n");
  EXPECT_EQ(shown(R"({"type":"resource","resource":{"uri":"u:x","text":"inside"}})"), "[resource u:x]\ninside\n");
  EXPECT_EQ(shown(R"({"type":"resource","resource":{"uri":"u:x","blob":"AAAA"}})"), "[resource u:x 3 bytes]\n");
  EXPECT_EQ(shown(R"({"type":"hologram"})"), "[hologram]\n");
  EXPECT_EQ(shown("7"), "[unknown content]\n");
}

TEST(Content, FallsBackOnStructuredContent) {
  EXPECT_EQ(content_text(value(R"({"content":[],"structuredContent":{"a":1}})")), "{\n  \"a\": 1\n}\n");
  EXPECT_EQ(content_text(value(R"({"content":[{"type":"text","text":"t"}],"structuredContent":{"a":1}})")), "t\n");
  EXPECT_EQ(content_text(value("{}")), "");
}

TEST(Signature, PutsWhatMayBeLeftOutInBrackets) {
  EXPECT_EQ(signature(value(R"({"inputSchema":{"properties":{"b":{},"a":{}},"required":["a"]}})")), "[b] a");
  EXPECT_EQ(signature(value(R"({"inputSchema":{"properties":{"a":true}}})")), "[a]");
  EXPECT_EQ(signature(value(R"({"inputSchema":{"type":"object"}})")), "");
  EXPECT_EQ(signature(value(R"({"inputSchema":7})")), "");
}

}  // namespace
}  // namespace gatehouse::cli
