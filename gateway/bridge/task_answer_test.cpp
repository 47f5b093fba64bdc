#include "gateway/bridge/task_answer.hpp"
#include "gateway/bridge/task_questions.hpp"

#include <gtest/gtest.h>

#include "tests/support/messages.hpp"

namespace gatehouse::bridge {
namespace {

using mcp::TaskStatus;
using test::server_answer;
using test::server_error;

const TaskObject kTask{.id = "T-9",
                       .status = TaskStatus::failed,
                       .message = "disk full",
                       .created_at = "2026-08-01T10:00:00Z",
                       .updated_at = "2026-08-01T10:02:00Z",
                       .ttl_ms = 600000,
                       .poll_ms = 2000};

// The example of gateway rules 6.11; LF-1415 against LF-1508
TEST(TaskAnswer, OfAFailedToolIsCompletedInTheExtension) {
  const auto outcome = server_answer(
      R"({"content":[{"type":"text","text":"disk full"}],"isError":true,"_meta":{"io.modelcontextprotocol/related-task":{"taskId":"T-9"}}})");
  EXPECT_EQ(
      write_detailed(with_outcome(kTask, *outcome)),
      R"({"taskId":"T-9","status":"completed","statusMessage":"disk full","createdAt":"2026-08-01T10:00:00Z","lastUpdatedAt":"2026-08-01T10:02:00Z","ttlMs":600000,"pollIntervalMs":2000,"result":{"content":[{"type":"text","text":"disk full"}],"isError":true,"_meta":{}}})");
}

TEST(TaskAnswer, KeepsVendorsMetaOfTheResult) {
  const auto outcome =
      server_answer(R"({"_meta":{"io.modelcontextprotocol/related-task":{"taskId":"T"},"x/y":1},"content":[]})");
  EXPECT_EQ(with_outcome(kTask, *outcome).result, R"({"_meta":{"x/y":1},"content":[]})");
}

TEST(TaskAnswer, OfAProtocolErrorIsFailedInBoth) {
  const auto detailed = with_outcome(kTask, *server_error(R"({"code":-32603,"message":"broken"})"));
  EXPECT_EQ(detailed.task.status, TaskStatus::failed);
  const auto reply = outcome_of(detailed);
  ASSERT_TRUE(reply);
  EXPECT_TRUE((*reply)->is_error);
  EXPECT_EQ((*reply)->error_code, -32603);
  EXPECT_EQ((*reply)->body.str(), R"({"code":-32603,"message":"broken"})");
}

TEST(TaskAnswer, IsReadAsItWasWritten) {
  const std::string result = R"({"content":[{"type":"text","text":"{\"x\":1e400}"}],"structuredContent":{"n":1.0}})";
  for (DetailedTask task :
       {DetailedTask{kTask, {}, R"({"code":1,"message":""})", {}}, DetailedTask{kTask, result, {}, {}},
        DetailedTask{kTask, {}, {}, R"({"k":{"method":"roots/list"}})"}, DetailedTask{kTask, {}, {}, {}}}) {
    task.task.status = !task.result.empty()          ? TaskStatus::completed
                       : !task.error.empty()         ? TaskStatus::failed
                       : task.input_requests.empty() ? TaskStatus::working
                                                     : TaskStatus::input_required;
    const auto read = read_detailed(*server_answer(write_detailed(task)));
    ASSERT_TRUE(read);
    EXPECT_EQ(read->task, task.task);
    EXPECT_EQ(read->result, task.result);
    EXPECT_EQ(read->error, task.error);
    EXPECT_EQ(read->input_requests, task.input_requests);
  }
}

TEST(TaskAnswer, GivesBackAToolsFailureAsTheToolsResult) {
  DetailedTask task{kTask, R"({"content":[],"isError":true})", {}, {}};
  task.task.status = TaskStatus::completed;
  const auto reply = outcome_of(task);
  ASSERT_TRUE(reply);
  EXPECT_TRUE((*reply)->is_tool_error);
  EXPECT_EQ((*reply)->body.str(), task.result);
}

TEST(TaskAnswer, ReadsWhatWasWrittenHere) {
  for (const TaskForm form : {TaskForm::core, TaskForm::extension}) {
    const auto read = read_created(*write_created(kTask, form), form);
    ASSERT_TRUE(read && *read);
    EXPECT_EQ(**read, kTask);
  }
  const DetailedTask task{kTask, {}, R"({"code":1,"message":""})", {}};
  const auto read = read_detailed(*mcp::Answer::of(write_detailed(task)));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->task, kTask);
}

// LF-1507: what belongs to a status has to be there
TEST(TaskAnswer, RefusesAStatusWithoutItsDetails) {
  for (const auto* text : {R"({"taskId":"x","status":"completed"})", R"({"taskId":"x","status":"failed","error":7})",
                           R"({"taskId":"x","status":"input_required","inputRequests":[]})", R"({"status":"working"})",
                           R"({"task":{"taskId":"x","status":"working"}})"})
    EXPECT_FALSE(read_detailed(*server_answer(text))) << text;
}

TEST(TaskAnswer, TellsATaskFromAResult) {
  const auto created = server_answer(R"({"task":{"taskId":"x","status":"working"}})");
  EXPECT_EQ((*read_created(*created, TaskForm::core))->id, "x");
  for (const auto* plain :
       {R"({"content":[]})", R"({"content":[],"task":{"taskId":"x","status":"working"}})", R"({"task":"x"})"}) {
    const auto read = read_created(*server_answer(plain), TaskForm::core);
    ASSERT_TRUE(read) << plain;
    EXPECT_FALSE(*read) << plain;
  }
  EXPECT_FALSE(read_created(*server_answer(R"({"task":{"taskId":"x"}})"), TaskForm::core));
}

TEST(TaskAnswer, WritesANewTaskInEitherForm) {
  TaskObject task{.id = "a", .created_at = "t", .updated_at = "t", .ttl_ms = 1, .poll_ms = {}};
  const auto flat = write_created(task, TaskForm::extension);
  EXPECT_EQ(flat->kind, mcp::ResultKind::task);
  EXPECT_EQ(flat->body.str(), R"({"taskId":"a","status":"working","createdAt":"t","lastUpdatedAt":"t","ttlMs":1})");
  const auto nested = write_created(task, TaskForm::core);
  EXPECT_EQ(nested->kind, mcp::ResultKind::complete);
  EXPECT_EQ(nested->body.str(),
            R"({"task":{"taskId":"a","status":"working","createdAt":"t","lastUpdatedAt":"t","ttl":1}})");
}

// LF-1502: recognised by what it asks for, whatever its code became on the way
TEST(TaskAnswer, KnowsAServerThatInsistsOnTasks) {
  const auto insists = [](const std::string& data) {
    return insists_on_tasks(server_error(R"({"code":-32021,"message":"","data":)" + data + "}"));
  };
  EXPECT_TRUE(insists(tasks_not_declared().data));
  EXPECT_TRUE(insists(R"({"gatehouse":)" + tasks_not_declared().data + "}"));
  EXPECT_FALSE(insists(R"({"requiredCapabilities":{"sampling":{}}})"));
  EXPECT_FALSE(insists("[]"));
  EXPECT_FALSE(insists_on_tasks(server_answer("{}")));
  EXPECT_FALSE(insists_on_tasks(fail(Kind::unavailable, Origin::upstream, "")));
}

TEST(TaskAnswer, ExposesUrisInsideTheResult) {
  const auto expose = [](std::string_view uri) { return "gh-crm+" + std::string(uri); };
  EXPECT_EQ(expose_result(R"({"content":[{"type":"resource_link","uri":"a:1"},{"type":"text","text":"a:1"}]})", expose),
            R"({"content":[{"type":"resource_link","uri":"gh-crm+a:1"},{"type":"text","text":"a:1"}]})");
}

TEST(TaskQuestions, ExposeUrisInWhatTheModelIsGiven) {
  const auto expose = [](std::string_view uri) { return "gh-crm+" + std::string(uri); };
  const std::string asked = prepare_input_requests(
      R"({"k":{"method":"sampling/createMessage","params":{"messages":[{"role":"user","content":{"type":"resource_link","uri":"a:1","name":"a:1"}}],"maxTokens":9}},"l":{"method":"roots/list"}})",
      {.server_name = "crm"}, expose);
  EXPECT_EQ(
      asked,
      R"({"k":{"method":"sampling/createMessage","params":{"messages":[{"role":"user","content":{"type":"resource_link","uri":"gh-crm+a:1","name":"a:1"}}],"maxTokens":9}},"l":{"method":"roots/list"}})");
}

}  // namespace
}  // namespace gatehouse::bridge
