#include "gateway/tasks/driver.hpp"

#include <gtest/gtest.h>

#include <deque>

#include "tests/support/messages.hpp"

namespace gatehouse::tasks {
namespace {

/// A server's side that answers from a list, and a client's that answers everything.
class DriverTest : public testing::Test {
 protected:
  mcp::Reply run(bool can_ask = true) {
    Driver::Ask ask;
    if (can_ask) ask = [this](const bridge::KeyedQuestion& question, Cancel& stop) { return answer(question, stop); };
    Driver driver(
        loop, options, questions, [this](const mcp::Message& request, Cancel&) { return submit(request); }, ask,
        [this](const bridge::TaskObject& task) { seen.emplace_back(mcp::to_string(task.status)); });
    mcp::Reply reply;
    net::run(loop, drive(driver, reply));
    return reply;
  }
  std::string text() {
    const auto reply = run();
    return reply ? (*reply)->body.str() : std::string(to_string(reply.error().kind));
  }
  Task<void> drive(Driver& driver, mcp::Reply& out) {
    const auto request = test::request("tools/call", R"({"name":"t","arguments":{}})");
    out = co_await driver.run(*request, cancel);
  }
  Task<mcp::Reply> submit(const mcp::Message& request) {
    sent.push_back(std::string(request.rpc.method) + " " + std::string(request.params.object.text));
    if (sent.size() == cancel_at) cancel.request(CancelReason::client_asked);
    if (replies.empty()) co_return mcp::Answer::of("{}");
    auto reply = std::move(replies.front());
    replies.pop_front();
    co_return reply;
  }
  Task<bridge::InputResponse> answer(const bridge::KeyedQuestion& question, Cancel&) {
    asked.push_back(question.key);
    bridge::InputResponse response;
    if (refusal.empty())
      response.value = json::Value::object({{"action", "accept"}});
    else
      response.refusal = refusal;
    co_return response;
  }
  void reply(std::string_view result, mcp::ResultKind kind = mcp::ResultKind::complete) {
    auto answer = mcp::Answer::of(std::string(result));  // made here, like all that comes from further in
    answer->kind = kind;
    replies.push_back(std::move(answer));
  }
  void created() {
    reply(R"({"taskId":"T","status":"working","ttlMs":null,"pollIntervalMs":20})", mcp::ResultKind::task);
  }
  void now(std::string_view status, std::string_view more = "") {
    reply(R"({"taskId":"T","ttlMs":null,"pollIntervalMs":20,"status":")" + std::string(status) + "\"" +
          std::string(more) + "}");
  }

  net::Loop loop;
  bridge::TaskOptions options;
  bridge::QuestionOptions questions;
  Cancel cancel;
  std::deque<mcp::Reply> replies;
  std::vector<std::string> sent, asked, seen;
  std::string refusal;
  std::size_t cancel_at = 0;
};

constexpr const char* kQuestion = R"("k":{"method":"elicitation/create","params":{"message":"m"}})";

TEST_F(DriverTest, PassesOnWhatIsNoTask) {
  reply(R"({"content":[]})");
  EXPECT_EQ(text(), R"({"content":[]})");
  EXPECT_EQ(sent.size(), 1U);
}

TEST_F(DriverTest, AsksForTheTaskUntilItIsOver) {
  created();
  now("working");
  now("completed", R"(,"result":{"content":[],"isError":true})");
  EXPECT_EQ(text(), R"({"content":[],"isError":true})");
  EXPECT_EQ(sent, (std::vector<std::string>{R"(tools/call {"name":"t","arguments":{}})", R"(tasks/get {"taskId":"T"})",
                                            R"(tasks/get {"taskId":"T"})"}));
  EXPECT_EQ(seen, (std::vector<std::string>{"working", "working", "completed"}));
}

TEST_F(DriverTest, GivesBackTheErrorOfATaskThatFailed) {
  created();
  now("failed", R"(,"error":{"code":7,"message":"x"})");
  const auto reply = run();
  ASSERT_TRUE(reply);
  EXPECT_TRUE((*reply)->is_error);
  EXPECT_EQ((*reply)->body.str(), R"({"code":7,"message":"x"})");
}

// LF-1509: a key is asked once, however often the server still shows it
TEST_F(DriverTest, AnswersEachQuestionOnce) {
  created();
  const std::string open = std::string(R"(,"inputRequests":{)") + kQuestion + "}";
  now("input_required", open);
  reply("{}");  // the acknowledgement
  now("input_required", open);
  now("completed", R"(,"result":{})");
  EXPECT_EQ(text(), "{}");
  EXPECT_EQ(asked, std::vector<std::string>{"k"});
  EXPECT_EQ(sent[2], R"(tasks/update {"taskId":"T","inputResponses":{"k":{"action":"accept"}}})");
}

// GB-105
TEST_F(DriverTest, CancelsTheTaskWhenItsQuestionIsRefused) {
  refusal = "no";
  created();
  now("input_required", std::string(R"(,"inputRequests":{)") + kQuestion + "}");
  const auto reply = run();
  ASSERT_TRUE(reply);
  EXPECT_TRUE((*reply)->is_tool_error);
  EXPECT_EQ(sent.back(), R"(tasks/cancel {"taskId":"T"})");
}

TEST_F(DriverTest, LeavesQuestionsToWhoeverCanOnlyAskLater) {
  created();
  now("input_required", std::string(R"(,"inputRequests":{)") + kQuestion + "}");
  const auto reply = run(false);
  ASSERT_TRUE(reply);
  EXPECT_EQ((*reply)->kind, mcp::ResultKind::input_required);
  EXPECT_EQ((*reply)->body.str(), std::string(R"({"inputRequests":{)") + kQuestion + "}}");
}

// LF-1506: questions before the task
TEST_F(DriverTest, AnswersQuestionsBeforeTheCallBecomesATask) {
  reply(std::string(R"({"inputRequests":{)") + kQuestion + R"(},"requestState":"S"})", mcp::ResultKind::input_required);
  created();
  now("completed", R"(,"result":{"n":1})");
  EXPECT_EQ(text(), R"({"n":1})");
  EXPECT_EQ(sent[1],
            R"(tools/call {"name":"t","arguments":{},"inputResponses":{"k":{"action":"accept"}},"requestState":"S"})");
}

TEST_F(DriverTest, CancelsTheTaskWithItsCall) {
  created();
  now("working");
  cancel_at = 2;
  EXPECT_EQ(text(), "cancelled");
  EXPECT_EQ(sent.back(), R"(tasks/cancel {"taskId":"T"})");
}

TEST_F(DriverTest, AsksAgainAfterAPassingFailure) {
  created();
  for (int i = 0; i < 4; ++i) replies.push_back(fail(Kind::unavailable, Origin::upstream, "down"));
  now("completed", R"(,"result":{})");
  EXPECT_EQ(text(), "{}");
}

TEST_F(DriverTest, GivesUpAServerThatStaysAway) {
  created();
  for (int i = 0; i < 5; ++i) replies.push_back(fail(Kind::unavailable, Origin::upstream, "down"));
  EXPECT_EQ(text(), "unavailable");
  EXPECT_EQ(sent.size(), 6U);
}

TEST_F(DriverTest, EndsWithATaskThatIsGone) {
  created();
  replies.push_back(test::server_error(R"({"code":-32602,"message":"Task not found"})"));
  const auto reply = run();
  ASSERT_TRUE(reply);
  EXPECT_EQ((*reply)->error_code, -32602);
}

}  // namespace
}  // namespace gatehouse::tasks
