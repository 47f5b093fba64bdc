#include "gateway/bridge/question.hpp"

#include <gtest/gtest.h>

#include "gateway/bridge/answers.hpp"
#include "gateway/bridge/input_required.hpp"
#include "gateway/bridge/interaction.hpp"
#include "gateway/bridge/url_required.hpp"
#include "tests/support/messages.hpp"

namespace gatehouse::bridge {
namespace {

using mcp::Revision;

Question question(std::string_view method, std::string_view params) {
  auto read = read_question(method, params);
  if (!read) throw std::invalid_argument(read.error().message);
  return std::move(*read);
}
std::string prepared(std::string_view method, std::string_view params, Revision client, bool label = true) {
  auto one = question(method, params);
  prepare(one, {.client = client, .server_name = "crm", .label = label});
  return one.params.str();
}
constexpr Revision kOld = Revision::v2025_11_25, kModern = Revision::v2026_07_28;

TEST(Question, IsOneOfThree) {
  EXPECT_TRUE(read_question("roots/list", ""));
  for (const auto* method : {"tools/call", "ping", "elicitation/create2", ""})
    EXPECT_FALSE(read_question(method, "{}")) << method;
  EXPECT_FALSE(read_question("elicitation/create", "[]"));
  EXPECT_FALSE(read_question("elicitation/create", R"({"requestedSchema":[]})"));
  EXPECT_FALSE(read_question("sampling/createMessage", R"({"messages":{}})"));
  EXPECT_FALSE(read_question("elicitation/create", R"({"a":1,"a":2})"));
}

// 12.3
TEST(Question, SaysWhoAsksAndNobodyCanImitateThat) {
  EXPECT_EQ(prepared("elicitation/create", R"({"message":"Which?"})", kModern), R"({"message":"[crm] Which?"})");
  EXPECT_EQ(prepared("elicitation/create", R"({"message":"Which?"})", kOld),
            R"({"message":"[crm] Which?","_meta":{"io.gatehouse/backend":{"name":"crm"}}})");
  EXPECT_EQ(prepared("elicitation/create", R"({"message":"Which?"})", kModern, false), R"({"message":"Which?"})");
  for (const auto* text : {"[bank] Which?", " [bank][x]\t[] Which?", "[ban\nk]Which?"})
    EXPECT_EQ(labelled("crm", text), "[crm] Which?") << text;
  EXPECT_EQ(labelled("crm", "[[bank] Which?"), "[crm] Which?");
  EXPECT_EQ(labelled("crm", "[bank Which?"), "[crm] bank Which?");
  EXPECT_EQ(labelled("crm", "Take [x]?"), "[crm] Take [x]?");
  EXPECT_EQ(labelled("crm", "[a]"), "[crm] ");
}

// GB-134
TEST(Question, LeavesBehindWhatBelongsToTheServersHop) {
  const auto* url = R"({"mode":"url","url":"https:\/\/x","elicitationId":"e1","task":{"ttl":1},"message":"m",
      "_meta":{"progressToken":1,"io.modelcontextprotocol/related-task":{"taskId":"t"},"v":1}})";
  EXPECT_EQ(prepared("elicitation/create", url, kModern, false), R"({"mode":"url","url":"https://x","message":"m"})");
  EXPECT_EQ(prepared("elicitation/create", url, kOld, false),
            R"({"mode":"url","url":"https://x","elicitationId":"gh:crm:e1","message":"m","_meta":{"v":1}})");
  EXPECT_EQ(
      prepared("sampling/createMessage", R"({"messages":[],"_meta":{"progressToken":1,"v":1},"task":{}})", kModern),
      R"({"messages":[],"_meta":{"v":1}})");
  EXPECT_EQ(prepared("roots/list", R"({"_meta":{"progressToken":1}})", kModern), "{}");
}

// GB-172
TEST(Question, KeepsTheContextOfOtherServersOut) {
  EXPECT_EQ(prepared("sampling/createMessage", R"({"includeContext":"allServers"})", kOld),
            R"({"includeContext":"none"})");
  auto allowed = question("sampling/createMessage", R"({"includeContext":"thisServer"})");
  prepare(allowed, {.client = kOld, .server_name = "crm", .may_share_context = true});
  EXPECT_EQ(allowed.params.str(), R"({"includeContext":"thisServer"})");
}

// GB-122, LF-1102, LF-1202
TEST(Question, NeedsACapability) {
  const mcp::ClientCapabilities none;
  mcp::ClientCapabilities all;
  all.roots = all.sampling = all.sampling_tools = all.elicitation_form = all.elicitation_url = true;
  const auto needed = [](std::string_view method, std::string_view params, const mcp::ClientCapabilities& declared) {
    const auto missing = missing_capability(question(method, params), declared);
    return missing ? std::string(missing->feature) + " " + missing->capabilities.str() : "nothing";
  };
  EXPECT_EQ(needed("roots/list", "", none), R"(roots {"roots":{}})");
  EXPECT_EQ(needed("sampling/createMessage", "{}", none), R"(sampling {"sampling":{}})");
  EXPECT_EQ(needed("elicitation/create", "{}", none), R"(elicitation.form {"elicitation":{"form":{}}})");
  EXPECT_EQ(needed("elicitation/create", R"({"mode":"url"})", none), R"(elicitation.url {"elicitation":{"url":{}}})");
  mcp::ClientCapabilities plain;
  plain.sampling = plain.elicitation_form = true;
  EXPECT_EQ(needed("sampling/createMessage", R"({"tools":[]})", plain), R"(sampling.tools {"sampling":{"tools":{}}})");
  EXPECT_EQ(needed("sampling/createMessage", "{}", plain), "nothing");
  EXPECT_EQ(needed("elicitation/create", R"({"mode":"url"})", plain), R"(elicitation.url {"elicitation":{"url":{}}})");
  for (const auto* params : {"{}", R"({"mode":"url"})", R"({"mode":"form"})"})
    EXPECT_EQ(needed("elicitation/create", params, all), "nothing");
}

InputRequired input(std::string_view result) {
  auto answer = test::server_answer(result);
  auto read = read_input_required(*answer);
  if (!read) throw std::invalid_argument(read.error().message);
  return std::move(*read);
}

TEST(InputRequired, IsReadAndWritten) {
  const auto read = input(R"({"resultType":"input_required","requestState":"S1","_meta":{"v":{"a":1},
      "io.modelcontextprotocol/serverInfo":{},"io.gatehouse/backend":{"prefix":"fake"}},
      "inputRequests":{"w":{"method":"elicitation/create","params":{"message":"m"}},"r":{"method":"roots/list"}}})");
  ASSERT_EQ(read.questions.size(), 2U);
  EXPECT_EQ(read.state, "S1");
  const auto answer = write_input_required(read, R"("io.gatehouse/backend":{"name":"crm"})");
  EXPECT_EQ(
      answer->body.str(),
      R"({"inputRequests":{"w":{"method":"elicitation/create","params":{"message":"m"}},"r":{"method":"roots/list"}},"requestState":"S1"})");
  EXPECT_EQ(answer->extra_meta, R"("v":{"a":1},"io.gatehouse/backend":{"name":"crm"})");
  EXPECT_EQ(answer->kind, mcp::ResultKind::input_required);
}

TEST(InputRequired, OfABrokenServerIsRefused) {
  std::string many;
  for (std::size_t i = 0; i <= kMaxQuestions; ++i)
    many += (i ? ",\"k" : "\"k") + std::to_string(i) + R"(":{"method":"roots/list"})";
  for (const auto& result :
       {std::string("{}"), std::string(R"({"inputRequests":{}})"),
        std::string(R"({"inputRequests":[],"requestState":"s"})"), std::string(R"({"requestState":7})"),
        std::string(R"({"inputRequests":{"a":{"method":"tools/call"}}})"), std::string(R"({"inputRequests":{"a":{}}})"),
        std::string(R"({"inputRequests":{"a":7}})"), "{\"inputRequests\":{" + many + "}}"}) {
    const auto answer = test::server_answer(result);
    const auto read = read_input_required(*answer);
    ASSERT_FALSE(read) << result;
    EXPECT_EQ(read.error().kind, Kind::bad_reply);
  }
}

TEST(InputResponses, AreReadFromARetry) {
  const auto retry = test::request(
      "tools/call", R"({"name":"a","inputResponses":{"r1":{"action":"accept"}},"requestState":"s\u0041"})");
  EXPECT_TRUE(is_retry(*retry));
  const auto read = read_input_responses(*retry);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->state, "sA");
  ASSERT_EQ(read->answers.size(), 1U);
  EXPECT_EQ(read->answers[0].second, R"({"action":"accept"})");
  EXPECT_FALSE(is_retry(*test::request("tools/call", R"({"name":"inputResponses","arguments":{"requestState":1}})")));
  for (const auto* params : {R"({"requestState":1})", R"({"inputResponses":[]})", R"({"inputResponses":{"a":1}})",
                             R"({"inputResponses":{"a":{},"a":{}}})"})
    EXPECT_FALSE(read_input_responses(*test::request("tools/call", params))) << params;
}

mcp::Reply client_error(int code) {
  return test::server_error(R"({"code":)" + std::to_string(code) + R"(,"message":"no"})");
}
std::string response(std::string_view method, const mcp::Reply& reply) {
  const auto made = to_input_response(question(method, "{}"), reply);
  return made.value ? made.value->str() : "ends the call: " + made.refusal;
}

// GB-104
TEST(InputResponse, IsTheClientsResultAsItIs) {
  EXPECT_EQ(response("elicitation/create",
                     test::server_answer(R"({"action":"accept","content":{"a":1},"_meta":{},"resultType":"x"})")),
            R"({"action":"accept","content":{"a":1}})");
  EXPECT_EQ(response("roots/list", test::server_answer(R"({"roots":[],"_meta":{"v":1}})")), R"({"roots":[]})");
  EXPECT_EQ(response("sampling/createMessage", test::server_answer(R"({"role":"assistant","_meta":{"v":1}})")),
            R"({"role":"assistant","_meta":{"v":1}})");
}

// GB-105, the whole table
TEST(InputResponse, MapsFailures) {
  const mcp::Reply late = fail(Kind::timed_out, Origin::client, "x");
  EXPECT_EQ(response("elicitation/create", client_error(-32603)), R"({"action":"cancel"})");
  EXPECT_EQ(response("elicitation/create", late), R"({"action":"cancel"})");
  EXPECT_EQ(response("sampling/createMessage", client_error(-1)), "ends the call: the client refused: no");
  EXPECT_EQ(response("sampling/createMessage", late), "ends the call: nobody answered in time");
  EXPECT_EQ(response("roots/list", client_error(-32601)), R"({"roots":[]})");
  EXPECT_EQ(response("roots/list", client_error(-32603)), "ends the call: the client refused: no");
  EXPECT_EQ(response("roots/list", late), "ends the call: nobody answered in time");
}

TEST(InputRefused, EndsAToolWithItsOwnErrorAndOtherMethodsWithOurs) {
  const auto tool =
      input_refused(mcp::Method::tools_call, "crm.sync", "sampling/createMessage", "the client refused: no");
  ASSERT_TRUE(tool);
  EXPECT_TRUE((*tool)->is_tool_error);
  EXPECT_NE((*tool)->body.str().find("crm.sync needs an answer to sampling/createMessage"), std::string::npos);
  const auto prompt = input_refused(mcp::Method::prompts_get, "crm.p", "roots/list", "x");
  ASSERT_FALSE(prompt);
  EXPECT_EQ(prompt.error().kind, Kind::input_refused);
  EXPECT_EQ(prompt.error().data, R"({"gatehouse":{"input":"roots/list"}})");
}

constexpr const char* kUrlRound =
    R"({"inputRequests":{"u":{"method":"elicitation/create","params":{"mode":"url","url":"https://x/1","message":"m"}}},"requestState":"S1"})";
constexpr const char* kFormRound =
    R"({"inputRequests":{"w":{"method":"elicitation/create","params":{"message":"m"}}},"requestState":"S1"})";

TEST(Interaction, SendsTheRequestAgainWithAnswersAndState) {
  Interaction interaction({}, "seed");
  const auto round = interaction.begin(input(kFormRound));
  ASSERT_EQ(round.step, Interaction::Step::ask);
  ASSERT_EQ(round.questions.size(), 1U);
  interaction.answered(round.questions[0], json::Value::object({{"action", "decline"}}));
  const auto original = test::request(
      "tools/call", R"({"name":"a","_meta":{"progressToken":1},"arguments":{"x":1e0},"requestState":"forged"})");
  EXPECT_EQ(
      interaction.next_request(*original),
      R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a","_meta":{"progressToken":1},"arguments":{"x":1e0},"inputResponses":{"w":{"action":"decline"}},"requestState":"S1"}})");
}

// LF-308
TEST(Interaction, GivesNoStateWhereTheServerGaveNone) {
  Interaction interaction({}, "seed");
  const auto round = interaction.begin(input(R"({"inputRequests":{"r":{"method":"roots/list"}}})"));
  interaction.answered(round.questions[0], json::Value::object({{"roots", json::Value::array()}}));
  EXPECT_EQ(
      interaction.next_request(*test::request("tools/call", R"({"name":"a"})")),
      R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a","inputResponses":{"r":{"roots":[]}}}})");
}

// GB-102
TEST(Interaction, WaitsLongerAndLongerWhenNothingIsAsked) {
  Interaction interaction({.max_rounds = 20}, "seed");
  Milliseconds before{0};
  for (int i = 0; i < 5; ++i) {
    const auto round = interaction.begin(input(R"({"requestState":"S"})"));
    EXPECT_EQ(round.step, Interaction::Step::wait);
    EXPECT_GT(round.delay, before);
    before = round.delay;
  }
  EXPECT_EQ(interaction.next_request(*test::request("tools/call", R"({"name":"a"})")),
            R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a","requestState":"S"}})");
}

// GB-103
TEST(Interaction, EndsAfterSoManyRounds) {
  Interaction interaction({.max_rounds = 3}, "seed");
  for (int i = 0; i < 3; ++i) EXPECT_EQ(interaction.begin(input(kFormRound)).step, Interaction::Step::ask);
  EXPECT_EQ(interaction.begin(input(kFormRound)).step, Interaction::Step::exhausted);
}

// 6.4: M -> L
TEST(Interaction, AsksForTheSameUrlOnce) {
  Interaction interaction({.human_wait = Milliseconds{1000}}, "seed");
  auto round = interaction.begin(input(kUrlRound));
  ASSERT_EQ(round.step, Interaction::Step::ask);
  EXPECT_EQ(round.questions[0].question.params.text("elicitationId"), "seed-1");
  interaction.answered(round.questions[0], json::Value::object({{"action", "accept"}}));
  EXPECT_EQ(interaction.opened(), std::vector<std::string>{"seed-1"});
  int waits = 0;
  for (round = interaction.begin(input(kUrlRound)); round.step == Interaction::Step::wait;
       round = interaction.begin(input(kUrlRound))) {
    EXPECT_NE(
        interaction.next_request(*test::request("tools/call", R"({"name":"a"})")).find(R"("u":{"action":"accept"})"),
        std::string::npos);
    ASSERT_LT(++waits, 100);
  }
  EXPECT_GT(waits, 2);
  EXPECT_EQ(round.step, Interaction::Step::url_open);
  EXPECT_EQ(round.questions[0].question.params.text("elicitationId"), "seed-1");
}

// 6.4: the same call, made again after -32042
TEST(Interaction, GoesOnWhereTheServerWas) {
  Interaction before({.human_wait = Milliseconds{0}}, "seed");
  const auto round = before.begin(input(kUrlRound));
  before.answered(round.questions[0], json::Value::object({{"action", "accept"}}));
  ASSERT_EQ(before.begin(input(kUrlRound)).step, Interaction::Step::url_open);
  Interaction after({}, "other", before.standing());
  EXPECT_EQ(
      after.next_request(*test::request("tools/call", R"({"name":"a"})")),
      R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a","inputResponses":{"u":{"action":"accept"}},"requestState":"S1"}})");
  EXPECT_EQ(after.begin(input(kUrlRound)).step, Interaction::Step::wait) << "nobody is sent there twice";
  EXPECT_EQ(after.opened(), std::vector<std::string>{"seed-1"}) << "the id that the client knows";
}

TEST(Interaction, AsksAgainForAUrlThatWasDeclined) {
  Interaction interaction({}, "seed");
  const auto round = interaction.begin(input(kUrlRound));
  interaction.answered(round.questions[0], json::Value::object({{"action", "decline"}}));
  EXPECT_TRUE(interaction.opened().empty());
  EXPECT_EQ(interaction.begin(input(kUrlRound)).step, Interaction::Step::ask);
}

// LF-1111
TEST(UrlRequired, IsReadAndWritten) {
  const auto error = test::server_error(
      R"({"code":-32042,"message":"m","data":{"elicitations":[{"mode":"url","elicitationId":"e","url":"https://x/1","message":"[bank] Go"}]}})");
  ASSERT_TRUE(is_url_required(*error));
  auto urls = read_url_required(*error);
  ASSERT_TRUE(urls);
  EXPECT_EQ(urls->at(0).key, "u1");
  const auto written = write_url_required(std::move(*urls), {.client = kOld, .server_name = "crm"}, "Go first.");
  ASSERT_TRUE(written);
  EXPECT_EQ((*written)->error_code, -32042);
  EXPECT_EQ(
      (*written)->body.str(),
      R"({"code":-32042,"message":"Go first.","data":{"elicitations":[{"mode":"url","elicitationId":"gh:crm:e","url":"https://x/1","message":"[crm] Go","_meta":{"io.gatehouse/backend":{"name":"crm"}}}]}})");
}

TEST(UrlRequired, OfABrokenServerIsRefused) {
  for (const auto* data :
       {"", R"(,"data":{})", R"(,"data":{"elicitations":[]})", R"(,"data":{"elicitations":[{"mode":"form"}]})",
        R"(,"data":{"elicitations":[{"mode":"url"}]})", R"(,"data":{"elicitations":{}})"})
    EXPECT_FALSE(read_url_required(*test::server_error(R"({"code":-32042,"message":"m")" + std::string(data) + "}")))
        << data;
}

TEST(UrlRequired, ClientsThatCannotVisitUrlsHearOfItInTheirWay) {
  const auto modern = cannot_visit_urls(kModern, "crm", "crm.sync");
  EXPECT_EQ(modern.kind, Kind::missing_capability);
  EXPECT_EQ(modern.data, R"({"requiredCapabilities":{"elicitation":{"url":{}}}})");
  const auto old = cannot_visit_urls(Revision::v2025_06_18, "crm", "crm.sync");
  EXPECT_EQ(old.kind, Kind::not_bridgeable);
  EXPECT_EQ(old.message, "crm.sync needs URL-mode elicitation, which this client (2025-06-18) does not support.");
}

}  // namespace
}  // namespace gatehouse::bridge
