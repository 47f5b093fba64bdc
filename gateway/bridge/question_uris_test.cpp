#include "gateway/bridge/question_uris.hpp"

#include <gtest/gtest.h>

namespace gatehouse::bridge {
namespace {

constexpr auto expose = [](std::string_view uri) { return "gh-crm+" + std::string(uri); };

std::string exposed(std::string_view params) {
  auto value = json::parse(params).value();
  return expose_question_uris(value, expose) ? value.str() : "unchanged";
}

// Gateway rule 4.2: sampling messages, `tool_result.content[]` included
TEST(ExposeQuestionUris, FindsThemWhereverMessagesHoldThem) {
  EXPECT_EQ(
      exposed(R"({"messages":[{"role":"user","content":{"type":"resource","resource":{"uri":"a:1","text":"a:1"}}}]})"),
      R"({"messages":[{"role":"user","content":{"type":"resource","resource":{"uri":"gh-crm+a:1","text":"a:1"}}}]})");
  EXPECT_EQ(
      exposed(
          R"({"messages":[{"content":[{"type":"tool_result","content":[{"type":"resource_link","uri":"a:1","name":"n"}]}]}]})"),
      R"({"messages":[{"content":[{"type":"tool_result","content":[{"type":"resource_link","uri":"gh-crm+a:1","name":"n"}]}]}]})");
}

TEST(ExposeQuestionUris, LeavesTheRestAlone) {
  for (const char* params :
       {"{}", R"({"messages":7})", R"({"messages":[7,{"content":{"type":"text","text":"x","uri":"a:1"}}]})",
        R"({"messages":[{"content":[{"type":"tool_use","input":{"uri":"a:1"}},{"type":"resource_link","uri":7}]}]})"})
    EXPECT_EQ(exposed(params), "unchanged") << params;
}

}  // namespace
}  // namespace gatehouse::bridge
