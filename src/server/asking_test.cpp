// Context::sample, ::roots and several questions at once; a single elicitation is in tests/golden.
#include <gatehouse/server/server.hpp>

#include <gtest/gtest.h>

#include "tests/support/asker.hpp"

namespace gatehouse::server {
namespace {

using test::Asker;
using test::server_answer;
using test::server_error;

Task<Result<ToolResult>> survey(Context& context, const json::Value&) {
  auto params = json::Value::object({{"maxTokens", 5}});
  const auto roots = co_await context.roots();
  const auto sample = co_await context.sample("model", std::move(params));
  if (!roots) co_return fail(roots.error());
  if (!sample) co_return fail(sample.error());
  co_return ToolResult::text(roots->str() + " " + std::string(sample->text("model")));
}

Task<Result<ToolResult>> rounds(Context& context, const json::Value&) {
  if (context.request_state() == "second") co_return ToolResult::text("after two rounds");
  context.keep(context.is_retry() ? "second" : "first");
  Elicitation question{.message = "?", .url = "https://example.com/"};
  const auto answer = co_await context.elicit(context.is_retry() ? "b" : "a", std::move(question));
  if (!answer) co_return fail(answer.error());
  co_return ToolResult::text("answered");
}

Server make_server() {
  return Server::builder("x", "1").tool("survey", "", "", survey).tool("rounds", "", "", rounds).build().value();
}

TEST(Asking, SessionsAreAskedOneQuestionAfterTheOther) {
  auto server = make_server();
  Asker asker;
  asker.client = Asker::with_session("s");
  asker.client.capabilities = {.roots = true, .sampling = true};
  asker.answers.push_back(server_answer(R"({"roots":[{"uri":"file:///a"}]})"));
  asker.answers.push_back(server_answer(R"({"role":"assistant","content":{"type":"text","text":"hi"},"model":"m1"})"));
  EXPECT_EQ(asker.text_of(server, "tools/call", R"({"name":"survey"})"),
            R"({"content":[{"type":"text","text":"[{\"uri\":\"file:///a\"}] m1"}]})");
  EXPECT_EQ(asker.heard, (std::vector<std::string>{"roots/list {}", R"(sampling/createMessage {"maxTokens":5})"}));
}

TEST(Asking, StatelessClientsGetAllQuestionsInOneResult) {
  auto server = make_server();
  Asker asker;
  asker.client.capabilities = {.roots = true, .sampling = true};
  const auto reply = asker.ask_for(server, "tools/call", R"({"name":"survey"})");
  ASSERT_TRUE(reply);
  EXPECT_EQ((*reply)->kind, mcp::ResultKind::input_required);
  EXPECT_EQ(
      (*reply)->body.str(),
      R"({"inputRequests":{"roots":{"method":"roots/list","params":{}},"model":{"method":"sampling/createMessage","params":{"maxTokens":5}}}})");
  EXPECT_TRUE(asker.heard.empty());
  EXPECT_EQ(
      asker.text_of(server, "tools/call",
                    R"({"name":"survey","inputResponses":{"roots":{"roots":[]},"model":{"model":"m2"},"more":1}})"),
      R"({"content":[{"type":"text","text":"[] m2"}]})");
}

TEST(Asking, OnlyWhatIsMissingIsAskedAgain) {
  auto server = make_server();
  Asker asker;
  asker.client.capabilities = {.roots = true, .sampling = true};
  EXPECT_EQ(asker.text_of(server, "tools/call", R"({"name":"survey","inputResponses":{"roots":{"roots":[]}}})"),
            R"({"inputRequests":{"model":{"method":"sampling/createMessage","params":{"maxTokens":5}}}})");
}

TEST(Asking, StateTravelsWithTheQuestions) {
  auto server = make_server();
  Asker asker;
  asker.client.capabilities = {.elicitation_url = true};
  const auto question = [](char key, std::string_view state) {
    return std::string(R"({"inputRequests":{")") + key +
           R"(":{"method":"elicitation/create","params":{"mode":"url","message":"?","url":"https://example.com/"}}},"requestState":")" +
           std::string(state) + "\"}";
  };
  EXPECT_EQ(asker.text_of(server, "tools/call", R"({"name":"rounds"})"), question('a', "first"));
  EXPECT_EQ(asker.text_of(server, "tools/call", R"({"name":"rounds","requestState":"first"})"),
            question('b', "second"));
  EXPECT_EQ(asker.text_of(server, "tools/call", R"({"name":"rounds","requestState":"second"})"),
            R"({"content":[{"type":"text","text":"after two rounds"}]})");
  EXPECT_TRUE(
      asker.text_of(server, "tools/call", R"({"name":"rounds","requestState":7})").starts_with("error: invalid_params"));
}

TEST(Asking, NobodyIsAskedForWhatHeDidNotDeclare) {
  auto server = make_server();
  Asker stateless;
  stateless.client.capabilities = {.sampling = true, .elicitation_form = true};
  EXPECT_TRUE(stateless.text_of(server, "tools/call", R"({"name":"rounds"})")
                  .ends_with(R"({"requiredCapabilities":{"elicitation":{"url":{}}}})"));
  Asker session;
  session.client = Asker::with_session("s");
  EXPECT_TRUE(session.text_of(server, "tools/call", R"({"name":"survey"})").starts_with("error: not_bridgeable"));
  EXPECT_TRUE(session.heard.empty());
}

TEST(Asking, AFailedAnswerIsTheHandlersError) {
  auto server = make_server();
  Asker asker;
  asker.client = Asker::with_session("s");
  asker.client.capabilities = {.roots = true, .sampling = true};
  asker.answers.push_back(server_answer(R"({"roots":7})"));
  EXPECT_EQ(asker.text_of(server, "tools/call", R"({"name":"survey"})"),
            "error: bad_reply The client's answer to roots/list has no roots.");
  asker.answers.clear();
  asker.answers.push_back(server_answer(R"({"roots":[]})"));
  asker.answers.push_back(server_error(R"({"code":-1,"message":"User rejected sampling request"})"));
  EXPECT_EQ(
      asker.text_of(server, "tools/call", R"({"name":"survey"})"),
      "error: bad_reply The client's answer to sampling/createMessage is an error: User rejected sampling request");
}

}  // namespace
}  // namespace gatehouse::server
