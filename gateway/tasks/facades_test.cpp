#include "gateway/tasks/facades.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <random>

#include <gatehouse/json/value.hpp>

#include "tests/support/asker.hpp"

namespace gatehouse::tasks {
namespace {

using test::Asker;

/// Work that ends when its test says so.
struct Job {
  std::optional<mcp::Reply> outcome;
  Signal changed;
  std::vector<std::string> questions;  // asked first, all at once
  std::vector<std::string> answers;
  bool cancelled = false;

  void end(mcp::Reply reply) {
    outcome = std::move(reply);
    changed.notify();
  }
};

Task<void> ask_one(Job& job, Facade& facade, std::string key) {
  bridge::KeyedQuestion question;
  question.key = key;
  question.question = *bridge::read_question("elicitation/create", R"({"message":")" + key + R"("})");
  auto response = co_await facade.ask(question, facade.cancel);
  job.answers.push_back(key + " " + (response.value ? response.value->str() : "refused: " + response.refusal));
}

Task<mcp::Reply> work(Job& job, Facade& facade) {
  TaskGroup asking;
  for (const std::string& key : job.questions) asking.spawn(ask_one(job, facade, key));
  co_await asking.join();
  {
    const Cancel::Hook stop(facade.cancel, [&] {
      job.cancelled = true;
      job.changed.notify();
    });
    while (!job.outcome && !job.cancelled) co_await job.changed.wait();
  }
  if (job.outcome) co_return std::move(*job.outcome);
  co_return fail(Kind::cancelled, Origin::client, "stopped");
}

mcp::Reply tool_result(std::string_view text) {
  auto answer = test::server_answer(text);
  answer->is_tool_error = answer->view.is_error;
  return answer;
}

/// A pending `tasks/result`.
struct Waiting {
  Asker client;
  test::ClientMessage message;
  std::optional<mcp::Reply> reply;
  explicit Waiting(test::ClientMessage what) : message(std::move(what)) {}
};

class FacadesTest : public testing::Test {
 protected:
  const std::shared_ptr<const mcp::Principal> alice = test::somebody("alice");
  FacadesTest() {
    client.client = Asker::with_session("s");
    client.client.who = alice.get();
    client.client.capabilities.elicitation_form = true;
  }
  ~FacadesTest() override {
    for (auto& waiting : waiting_) waiting->client.cancel.request(CancelReason::client_asked);
    test::finish(stop());
  }
  Task<bool> stop() {
    co_await facades.stop();
    co_await group_.join();
    co_return true;
  }

  mcp::Reply call(Asker& asker, std::string_view method, std::string_view params) {
    const auto message = test::request(method, params);
    return test::finish(facades.answer({*message, asker.client, asker, asker.cancel, {}}));
  }
  std::string text(std::string_view method, std::string_view id) {
    const auto reply = call(client, method, task_params(id));
    return reply ? (*reply)->body.str() : std::string(to_string(reply.error().kind));
  }
  std::string status(std::string_view id) {
    const auto reply = call(client, "tasks/get", task_params(id));
    return reply ? std::string(json::parse((*reply)->body.str())->text("status")) : "none";
  }
  mcp::Reply start(Job& job, std::string_view params = R"({"name":"t","task":{}})") {
    const auto message = test::request("tools/call", params);
    bridge::Asked asked;
    asked.server_name = "crm";
    return facades.start({*message, client.client, client, client.cancel, {}}, asked,
                         [&job](Facade& facade) { return work(job, facade); });
  }
  std::string begin(Job& job) {
    const auto reply = start(job);
    const auto answer = json::parse((*reply)->body.str());
    return std::string(answer->find("task")->text("taskId"));
  }
  static Task<void> fetch(Facades& facades, Waiting& waiting) {
    const mcp::Call call{*waiting.message, waiting.client.client, waiting.client, waiting.client.cancel, {}};
    waiting.reply = co_await facades.answer(call);
  }
  Waiting& fetch(std::string_view id) {
    waiting_.push_back(std::make_unique<Waiting>(test::request("tasks/result", task_params(id))));
    Waiting& waiting = *waiting_.back();
    waiting.client.client = client.client;
    return waiting;
  }
  void run(Waiting& waiting) { group_.spawn(fetch(facades, waiting)); }

  net::Loop loop;
  bridge::QuestionOptions questions;
  asking::RootsCache roots;
  asking::Means means{loop, questions, roots};
  bridge::TaskOptions options;
  std::vector<std::string> told;  // what sessions hear
  Facades facades{means, options, [this](std::string_view session, const std::string& task) {
                    told.push_back(std::string(session) + " " + task);
                  }};
  Asker client;
  std::deque<Job> jobs;  // outlive the work

 private:
  std::vector<std::unique_ptr<Waiting>> waiting_;
  TaskGroup group_;
};

// GB-241, LF-1406
TEST_F(FacadesTest, AnswersAtOnceWithAWorkingTask) {
  Job& job = jobs.emplace_back();
  const auto reply = start(job, R"({"name":"t","task":{"ttl":5000}})");
  ASSERT_TRUE(reply);
  const auto task = *json::parse((*reply)->body.str())->find("task");
  EXPECT_EQ(task.text("status"), "working");
  EXPECT_EQ(task.find("ttl")->as_int(), 5000);
  EXPECT_TRUE(task.text("taskId").starts_with("gl1."));
  EXPECT_EQ(status(task.text("taskId")), "working");
}

// 2025-11-25 basic/utilities/tasks, "Task Status Notification"
TEST_F(FacadesTest, TellsTheSessionThatMadeItHowItIs) {
  client.client.session = "s1";
  Job &first = jobs.emplace_back(), &second = jobs.emplace_back();
  const auto id = begin(first);
  EXPECT_TRUE(told.empty()) << "the answer said so";
  first.end(tool_result(R"({"content":[]})"));
  ASSERT_EQ(told.size(), 1U);
  EXPECT_TRUE(told[0].starts_with(R"(s1 {"taskId":")" + id + R"(","status":"completed")")) << told[0];
  (void)text("tasks/cancel", begin(second));
  ASSERT_EQ(told.size(), 2U) << "once, whatever happens later";
  EXPECT_NE(told[1].find(R"("status":"cancelled")"), std::string::npos);
}

// LF-1409
TEST_F(FacadesTest, HoldsTheResultBackUntilItIsThere) {
  Job& job = jobs.emplace_back();
  const auto id = begin(job);
  Waiting& waiting = fetch(id);
  run(waiting);
  EXPECT_FALSE(waiting.reply);
  job.end(tool_result(R"({"content":[]})"));
  ASSERT_TRUE(waiting.reply && *waiting.reply);
  EXPECT_EQ((**waiting.reply)->body.str(), R"({"content":[]})");
  EXPECT_EQ((**waiting.reply)->extra_meta, R"("io.modelcontextprotocol/related-task":{"taskId":")" + id + "\"}");
  EXPECT_EQ(status(id), "completed");
  EXPECT_EQ(text("tasks/result", id), R"({"content":[]})") << "again";
}

// GB-245
TEST_F(FacadesTest, KeepsAFailuresOwnForm) {
  Job &tool = jobs.emplace_back(), &protocol = jobs.emplace_back();
  const auto first = begin(tool), second = begin(protocol);
  tool.end(tool_result(R"({"content":[],"isError":true})"));
  protocol.end(test::server_error(R"({"code":-32603,"message":"broken"})"));
  EXPECT_EQ(status(first), "failed");
  EXPECT_EQ(text("tasks/result", first), R"({"content":[],"isError":true})");
  EXPECT_EQ(status(second), "failed");
  EXPECT_EQ(text("tasks/result", second), R"({"code":-32603,"message":"broken"})");
  EXPECT_EQ(json::parse(text("tasks/get", second))->text("statusMessage"), "broken");
}

// GB-243, LF-1413
TEST_F(FacadesTest, CancelsOnceAndForGood) {
  Job& job = jobs.emplace_back();
  const auto id = begin(job);
  EXPECT_EQ(json::parse(text("tasks/cancel", id))->text("status"), "cancelled");
  EXPECT_TRUE(job.cancelled);
  EXPECT_EQ(text("tasks/cancel", id), "invalid_params");
  EXPECT_EQ(text("tasks/result", id), "invalid_params");
  EXPECT_EQ(status(id), "cancelled");
  EXPECT_EQ(facades.running(), 0U);
}

// GB-032, RS-97, LF-1416
TEST_F(FacadesTest, ShowsATaskToItsCallerOnly) {
  Job& job = jobs.emplace_back();
  const auto id = begin(job);
  Asker other;
  other.client = client.client;
  for (const auto& who : {test::somebody("bob"), test::with_program(*alice, "cli")}) {
    other.client.who = who.get();
    for (const auto* method : {"tasks/get", "tasks/result", "tasks/cancel"}) {
      const auto reply = call(other, method, task_params(id));
      ASSERT_FALSE(reply);
      EXPECT_EQ(reply.error().kind, Kind::not_found);
    }
    EXPECT_EQ((*call(other, "tasks/list", "{}"))->body.str(), R"({"tasks":[]})");
  }
  EXPECT_NE((*call(client, "tasks/list", "{}"))->body.str().find(id), std::string::npos);
  const auto newer = test::with_program(*alice, "");
  other.client.who = newer.get();
  EXPECT_TRUE(call(other, "tasks/get", task_params(id))) << "the same caller with a newer credential";
  other.client.who = mcp::anonymous().get();
  EXPECT_EQ(call(other, "tasks/list", "{}").error().kind, Kind::method_not_found);
  EXPECT_EQ(status(id), "working");
}

TEST_F(FacadesTest, CountsTasksByPersonNotByProgram) {
  options.max_per_user = 1;
  Job& job = jobs.emplace_back();
  begin(job);
  const auto other = test::with_program(*alice, "cli");
  client.client.who = other.get();
  const auto refused = start(jobs.emplace_back());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, Kind::limit_exceeded);
}

// GB-242, LF-1411
TEST_F(FacadesTest, AsksOnTheStreamThatFetchesTheResult) {
  Job& job = jobs.emplace_back();
  job.questions = {"a", "b"};
  const auto id = begin(job);
  EXPECT_EQ(status(id), "input_required");
  Waiting& waiting = fetch(id);
  for (const auto* word : {"x", "y"})
    waiting.client.answers.push_back(
        mcp::Answer::of(R"({"action":"accept","content":{"w":")" + std::string(word) + "\"}}"));
  run(waiting);
  ASSERT_EQ(waiting.client.heard.size(), 2U);
  EXPECT_NE(waiting.client.heard[0].find(R"("message":"[crm] a")"), std::string::npos) << waiting.client.heard[0];
  EXPECT_NE(waiting.client.heard[0].find(R"("io.modelcontextprotocol/related-task":{"taskId":")" + id),
            std::string::npos);
  EXPECT_EQ(job.answers, (std::vector<std::string>{R"(a {"action":"accept","content":{"w":"x"}})",
                                                   R"(b {"action":"accept","content":{"w":"y"}})"}));
  EXPECT_EQ(status(id), "working");
  job.end(tool_result("{}"));
  EXPECT_TRUE(waiting.reply);
}

/// Loses every question, as a stream does that broke.
class Broken final : public mcp::Events {
 public:
  void notify(std::string_view, const json::Splice&) override {}
  Task<mcp::Reply> ask(std::string_view, const json::Splice&, Cancel&) override {
    ++asked;
    co_return fail(Kind::connection_lost, Origin::client, "gone");
  }
  int asked = 0;
};

TEST_F(FacadesTest, AsksAgainOnTheNextStreamWhenOneBreaks) {
  Job& job = jobs.emplace_back();
  job.questions = {"a"};
  const auto id = begin(job);
  Broken broken;
  Cancel cancel;
  const auto message = test::request("tasks/result", task_params(id));
  std::optional<mcp::Reply> lost;
  TaskGroup group;
  group.spawn([](Facades& all, const mcp::Message& request, const mcp::Client& who, mcp::Events& events, Cancel& stop,
                 std::optional<mcp::Reply>& out) -> Task<void> {
    const mcp::Call in{request, who, events, stop, {}};
    out = co_await all.answer(in);
  }(facades, *message, client.client, broken, cancel, lost));
  EXPECT_EQ(broken.asked, 1);
  EXPECT_TRUE(job.answers.empty());
  Waiting& second = fetch(id);
  second.client.answers.push_back(mcp::Answer::of(R"({"action":"decline"})"));
  run(second);
  EXPECT_EQ(job.answers, std::vector<std::string>{R"(a {"action":"decline"})"});
  EXPECT_EQ(broken.asked, 1) << "a broken stream is not tried again";
  job.end(tool_result("{}"));
  EXPECT_TRUE(lost && second.reply) << "everybody who waits gets the result";
}

TEST_F(FacadesTest, KeepsNoMoreThanItMay) {
  options.max_result_bytes = 20;
  Job &small = jobs.emplace_back(), &large = jobs.emplace_back();
  const auto first = begin(small), second = begin(large);
  small.end(tool_result(R"({"content":[]})"));
  large.end(tool_result(R"({"content":[]})"));
  EXPECT_EQ(status(first), "completed");
  EXPECT_EQ(status(second), "failed");
  EXPECT_EQ(text("tasks/result", second), "limit_exceeded");
  options.max_per_user = 2;
  Job& third = jobs.emplace_back();
  EXPECT_EQ(text("tasks/result", first), R"({"content":[]})");
  EXPECT_TRUE(start(third)) << "what was fetched makes room";
  EXPECT_EQ(status(first), "none");
  options.max_per_user = 1;
  EXPECT_EQ(start(third).error().kind, Kind::limit_exceeded);
}

TEST_F(FacadesTest, RefusesATaskThatIsNone) {
  Job& job = jobs.emplace_back();
  EXPECT_EQ(start(job, R"({"name":"t","task":"soon"})").error().kind, Kind::invalid_params);
  EXPECT_EQ(call(client, "tasks/get", "{}").error().kind, Kind::invalid_params);
}

// GB section 15: whatever comes in whatever order, an end is final, a cancellation that was confirmed holds, and every result that was
// not cancelled is delivered, to everybody who waits and to everybody who asks later.
TEST_F(FacadesTest, KeepsItsPromisesInAnyOrder) {
  std::mt19937 random(11);
  for (int round = 0; round < 300; ++round) {
    Job& job = jobs.emplace_back();
    if (random() % 2) job.questions = {"a"};
    const auto id = begin(job);
    std::vector<Waiting*> waiting;
    std::string end;
    bool ended = false, cancelled = false;
    for (int step = 0; step < 12; ++step) {
      switch (random() % 5) {
        case 0:
          waiting.push_back(&fetch(id));
          if (random() % 2) waiting.back()->client.answers.push_back(mcp::Answer::of(R"({"action":"accept"})"));
          run(*waiting.back());
          break;
        case 1:
          if (!std::exchange(ended, true)) job.end(tool_result(R"({"n":1})"));
          break;
        case 2: {
          const bool confirmed = text("tasks/cancel", id) != "invalid_params";
          ASSERT_EQ(confirmed, end.empty());
          cancelled = cancelled || confirmed;
          break;
        }
        case 3:
          if (!waiting.empty()) waiting[random() % waiting.size()]->client.cancel.request(CancelReason::client_asked);
          break;
        case 4: break;
      }
      const auto now = status(id);
      ASSERT_EQ(end.empty() ? now : end, now);
      if (now == "completed" || now == "cancelled") end = now;
      ASSERT_TRUE(!cancelled || end == "cancelled");
    }
    if (end.empty()) {
      Waiting& last = fetch(id);
      last.client.answers.push_back(mcp::Answer::of(R"({"action":"accept"})"));
      run(last);
      if (!ended) job.end(tool_result(R"({"n":1})"));
      ASSERT_TRUE(last.reply && *last.reply);
      end = status(id);
    }
    ASSERT_EQ(text("tasks/result", id), end == "cancelled" ? "invalid_params" : R"({"n":1})");
    for (const Waiting* one : waiting) ASSERT_TRUE(one->reply) << "nobody is left waiting";
  }
}

}  // namespace
}  // namespace gatehouse::tasks
