#include "gateway/bridge/old_form.hpp"

#include <gtest/gtest.h>

#include "gateway/bridge/form_schema.hpp"
#include "gateway/bridge/sampling.hpp"

namespace gatehouse::bridge {
namespace {

json::Value parsed(std::string_view text) { return *json::parse(text); }
std::string old_form(std::string_view params) {
  const auto form = OldForm::of(parsed(params));
  return form ? form->params().str() : "cannot be asked";
}
std::string of_property(std::string_view property) {
  const auto form = OldForm::of(parsed(R"({"requestedSchema":{"properties":{"p":)" + std::string(property) + "}}}"));
  return form ? form->params().find("requestedSchema")->find("properties")->str() : "cannot be asked";
}

// Scenario 18
TEST(OldForm, ShowsTitledChoicesTheOldWay) {
  EXPECT_EQ(
      of_property(R"({"type":"string","title":"T","oneOf":[{"const":"r","title":"Red"},{"const":"b"}],"default":"r"})"),
      R"({"p":{"type":"string","title":"T","enum":["r","b"],"enumNames":["Red","b"]}})");
  EXPECT_EQ(of_property(R"({"type":"string","enum":["a"],"enumNames":["A"],"default":"a"})"),
            R"({"p":{"type":"string","enum":["a"],"enumNames":["A"]}})");
}

TEST(OldForm, LeavesOutWhatOldClientsDoNotKnow) {
  EXPECT_EQ(old_form(R"({"mode":"form","message":"m","requestedSchema":{"type":"object","properties":{}}})"),
            R"({"message":"m","requestedSchema":{"type":"object","properties":{}}})");
  EXPECT_EQ(of_property(R"({"type":"number","default":1,"minimum":0})"), R"({"p":{"type":"number","minimum":0}})");
  EXPECT_EQ(of_property(R"({"type":"boolean","default":true})"), R"({"p":{"type":"boolean","default":true}})");
}

constexpr const char* kMulti =
    R"({"message":"m","requestedSchema":{"type":"object","required":["days","n"],"properties":{"n":{"type":"string"},
    "days":{"type":"array","title":"Days","minItems":1,"default":["tue"],"items":{"anyOf":[{"const":"mon","title":"Monday"},{"const":"tue","title":"Tuesday"}]}}}}})";

TEST(OldForm, AsksForAListOneChoiceAtATime) {
  EXPECT_EQ(
      old_form(kMulti),
      R"({"message":"m","requestedSchema":{"type":"object","required":["n"],"properties":{"n":{"type":"string"},"days__0":{"type":"boolean","title":"Days: Monday"},"days__1":{"type":"boolean","title":"Days: Tuesday","default":true}}}})");
}

TEST(OldForm, MakesAListOfTheAnswersAgain) {
  const auto form = OldForm::of(parsed(kMulti));
  ASSERT_TRUE(form);
  EXPECT_EQ(form->restore(parsed(R"({"n":"x","days__0":true,"days__1":true})")).str(),
            R"({"n":"x","days":["mon","tue"]})");
  EXPECT_EQ(form->restore(parsed(R"({"n":"x","days__1":true})")).str(), R"({"n":"x","days":["tue"]})");
  EXPECT_EQ(form->restore(parsed(R"({"n":"x"})")).str(), R"({"n":"x","days":[]})");
  EXPECT_EQ(form->restore(parsed("[]")).str(), "[]");
}

TEST(OldForm, DoesNotAskWhatNobodyWouldAnswer) {
  std::string many;
  for (std::size_t i = 0; i <= OldForm::kMaxChoices; ++i) many += (i ? ",\"c" : "\"c") + std::to_string(i) + "\"";
  EXPECT_EQ(of_property(R"({"type":"array","items":{"type":"string","enum":[)" + many + "]}}"), "cannot be asked");
  EXPECT_EQ(of_property(R"({"type":"array","items":{"type":"string"}})"), "cannot be asked");
  EXPECT_EQ(
      old_form(
          R"({"requestedSchema":{"properties":{"d__0":{"type":"string"},"d":{"type":"array","items":{"enum":["a"]}}}}})"),
      "cannot be asked")
      << "names would collide";
}

std::string problem(std::string_view property, std::string_view value) {
  const auto schema =
      parsed(R"({"type":"object","properties":{"p":)" + std::string(property) + R"(},"required":["p"]})");
  return check_form(schema, parsed(R"({"p":)" + std::string(value) + "}")).value_or("");
}

// GB-161
TEST(Form, AcceptsWhatFits) {
  EXPECT_EQ(problem(R"({"type":"string","minLength":2,"maxLength":2})", "\"\xc3\xa9\xc3\xa9\""), "")
      << "characters, not bytes";
  EXPECT_EQ(problem(R"({"type":"integer","minimum":1,"maximum":3})", "3.0"), "");
  EXPECT_EQ(problem(R"({"type":"number","minimum":0.5})", "0.5"), "");
  EXPECT_EQ(problem(R"({"type":"boolean"})", "false"), "");
  EXPECT_EQ(problem(R"({"type":"string","enum":["a","b"]})", R"("b")"), "");
  EXPECT_EQ(problem(R"({"oneOf":[{"const":"a","title":"A"}]})", R"("a")"), "");
  EXPECT_EQ(problem(R"({"type":"array","minItems":1,"items":{"enum":["a","b"]}})", R"(["a"])"), "");
  EXPECT_EQ(problem(R"({"type":"hologram"})", "7"), "") << "the server knows what it asks";
  EXPECT_FALSE(check_form(parsed("{}"), parsed(R"({"more":1})")));
}

TEST(Form, SaysWhatDoesNot) {
  EXPECT_EQ(problem(R"({"type":"string"})", "7"), "\"p\" has to be a text");
  EXPECT_EQ(problem(R"({"type":"string","minLength":2})", R"("a")"), "\"p\" has to be at least 2 long");
  EXPECT_EQ(problem(R"({"type":"string","enum":["a"]})", R"("A")"), "\"p\" has to be one of the choices");
  EXPECT_EQ(problem(R"({"oneOf":[{"const":"a","title":"A"}]})", R"("A")"), "\"p\" has to be one of the choices");
  EXPECT_EQ(problem(R"({"type":"integer"})", "1.5"), "\"p\" has to be a whole number");
  EXPECT_EQ(problem(R"({"type":"number","maximum":1})", "2"), "\"p\" is too large");
  EXPECT_EQ(problem(R"({"type":"number","minimum":1})", "0"), "\"p\" is too small");
  EXPECT_EQ(problem(R"({"type":"boolean"})", "\"true\""), "\"p\" has to be true or false");
  EXPECT_EQ(problem(R"({"type":"array","items":{"enum":["a"]}})", R"(["b"])"), "\"p\" has to be a list of the choices");
  EXPECT_EQ(problem(R"({"type":"array","maxItems":1,"items":{"enum":["a","b"]}})", R"(["a","b"])"),
            "\"p\" has to be at most 1 long");
  EXPECT_EQ(check_form(parsed(R"({"required":["x"]})"), parsed("{}")), "\"x\" is missing");
  EXPECT_TRUE(check_form(parsed("{}"), parsed("null")));
}

// GB-171
TEST(Sampling, SplitsMessagesForOldClients) {
  auto params = parsed(
      R"({"messages":[{"role":"user","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]},{"role":"assistant","content":{"type":"text","text":"c"}}]})");
  split_messages(params);
  EXPECT_EQ(
      params.str(),
      R"({"messages":[{"role":"user","content":{"type":"text","text":"a"}},{"role":"user","content":{"type":"text","text":"b"}},{"role":"assistant","content":{"type":"text","text":"c"}}]})");
}

TEST(Sampling, JoinsAnswersForOldServers) {
  const auto joined = [](std::string_view content) {
    auto result = parsed(R"({"content":)" + std::string(content) + "}");
    const auto done = join_content(result);
    return done ? result.find("content")->str() : "refused";
  };
  EXPECT_EQ(joined(R"([{"type":"image","data":""}])"), R"({"type":"image","data":""})");
  EXPECT_EQ(joined(R"([{"type":"text","text":"a"},{"type":"text","text":"b"}])"), R"({"type":"text","text":"a\nb"})");
  EXPECT_EQ(joined(R"({"type":"text","text":"a"})"), R"({"type":"text","text":"a"})");
  EXPECT_EQ(joined(R"([{"type":"text","text":"a"},{"type":"image"}])"), "refused");
  EXPECT_EQ(joined("[]"), "refused");
}

}  // namespace
}  // namespace gatehouse::bridge
