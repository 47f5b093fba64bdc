#include "gateway/asking/ask_client.hpp"

#include <gtest/gtest.h>

#include <gatehouse/json/value.hpp>
#include <gatehouse/net/timers.hpp>

#include "tests/support/asker.hpp"

namespace gatehouse::asking {
namespace {

using mcp::Revision;

/// A server that asks a client which answers from a list.
class Asking : public testing::Test {
 protected:
  Asking() {
    asker.client.revision = mcp::kLatestLegacy;
    asker.client.session = "s1";
    auto& able = asker.client.capabilities;
    able.roots = able.roots_changed = able.sampling = able.elicitation_form = able.elicitation_url = true;
  }
  void answer(std::string_view result) { asker.answers.push_back(mcp::Answer::of(std::string(result))); }
  std::string ask(std::string_view method, std::string_view params, Revision server = mcp::kLatestLegacy) {
    auto question = bridge::read_question(method, params);
    Route route(asker.client, asker, {.client = asker.client.revision, .server_name = "crm", .label = false}, server);
    const auto reply = test::finish(ask_client(means, route, std::move(*question), asker.cancel));
    if (!reply) return std::string(to_string(reply.error().kind));
    return ((*reply)->is_error ? "error " : "") + (*reply)->body.str();
  }

  net::Loop loop;
  bridge::QuestionOptions options;
  RootsCache roots;
  Means means{loop, options, roots};
  test::Asker asker;
};

constexpr const char* kColor =
    R"({"message":"m","requestedSchema":{"type":"object","properties":{"c":{"type":"string","enum":["red"]}},"required":["c"]}})";

TEST_F(Asking, PassesTheAnswerOn) {
  answer(R"({"action":"accept","content":{"c":"red"}})");
  EXPECT_EQ(ask("elicitation/create", kColor), R"({"action":"accept","content":{"c":"red"}})");
  EXPECT_EQ(asker.heard.at(0), "elicitation/create " + std::string(kColor));
}

// GB-122
TEST_F(Asking, NeverAsksWhatTheClientDidNotDeclare) {
  asker.client.capabilities = {};
  EXPECT_EQ(ask("elicitation/create", kColor), "invalid_params");
  EXPECT_EQ(ask("sampling/createMessage", "{}"), "method_not_found");
  EXPECT_EQ(ask("roots/list", ""), "method_not_found");
  EXPECT_TRUE(asker.heard.empty());
}

// GB-161
TEST_F(Asking, AsksOnceMoreWhenTheFormIsWrong) {
  answer(R"({"action":"accept","content":{"c":"blue"}})");
  answer(R"({"action":"accept","content":{"c":"red"}})");
  EXPECT_EQ(ask("elicitation/create", kColor), R"({"action":"accept","content":{"c":"red"}})");
  EXPECT_NE(asker.heard.at(1).find(R"_("message":"m (\"c\" has to be one of the choices)")_"), std::string::npos);
}

TEST_F(Asking, GivesUpOnAFormThatStaysWrong) {
  answer(R"({"action":"accept","content":{}})");
  answer(R"({"action":"accept"})");
  EXPECT_EQ(ask("elicitation/create", kColor), R"({"action":"cancel"})");
  answer("[]");
  EXPECT_EQ(ask("elicitation/create", kColor), R"({"action":"cancel"})");
  answer(R"({"action":"decline","content":{"c":"blue"}})");
  EXPECT_EQ(ask("elicitation/create", kColor), R"({"action":"decline","content":{"c":"blue"}})") << "nobody reads it";
}

// Scenario 18
TEST_F(Asking, AsksOldClientsInTheirWay) {
  asker.client.revision = Revision::v2025_06_18;
  answer(R"({"action":"accept","content":{"d__1":true}})");
  EXPECT_EQ(
      ask("elicitation/create",
          R"({"mode":"form","message":"m","requestedSchema":{"type":"object","properties":{"d":{"type":"array","minItems":1,"items":{"enum":["mon","tue"]}}},"required":["d"]}})"),
      R"({"action":"accept","content":{"d":["tue"]}})");
  EXPECT_NE(asker.heard.at(0).find(R"("d__0":{"type":"boolean","title":"d: mon"})"), std::string::npos);
  EXPECT_EQ(asker.heard.at(0).find("mode"), std::string::npos);
  EXPECT_EQ(ask("elicitation/create", R"({"requestedSchema":{"properties":{"d":{"type":"array","items":{}}}}})"),
            R"({"action":"cancel"})");
}

// GB-171
TEST_F(Asking, TranslatesSamplingBetweenRevisions) {
  asker.client.revision = Revision::v2025_06_18;
  answer(R"({"role":"assistant","content":{"type":"text","text":"x"}})");
  EXPECT_EQ(ask("sampling/createMessage",
                R"({"messages":[{"role":"user","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]}]})"),
            R"({"role":"assistant","content":{"type":"text","text":"x"}})");
  EXPECT_EQ(
      asker.heard.at(0),
      R"(sampling/createMessage {"messages":[{"role":"user","content":{"type":"text","text":"a"}},{"role":"user","content":{"type":"text","text":"b"}}]})");
  asker.client.revision = mcp::kLatestLegacy;
  answer(R"({"content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]})");
  EXPECT_EQ(ask("sampling/createMessage", "{}", Revision::v2025_06_18), R"({"content":{"type":"text","text":"a\nb"}})");
  answer(R"({"content":[{"type":"text","text":"a"},{"type":"tool_use"}]})");
  EXPECT_EQ(ask("sampling/createMessage", "{}", Revision::v2025_06_18), "internal");
}

// GB-174
TEST_F(Asking, AsksForRootsOncePerGeneration) {
  answer(R"({"roots":[1]})");
  EXPECT_EQ(ask("roots/list", ""), R"({"roots":[1]})");
  EXPECT_EQ(ask("roots/list", ""), R"({"roots":[1]})");
  EXPECT_EQ(asker.heard.size(), 1U);
  roots.forget("s1");
  answer(R"({"roots":[2]})");
  EXPECT_EQ(ask("roots/list", ""), R"({"roots":[2]})");
  asker.client.session = "s2";
  answer(R"({"roots":[3]})");
  EXPECT_EQ(ask("roots/list", ""), R"({"roots":[3]})") << "roots are a client's own";
}

TEST_F(Asking, AsksForRootsEachTimeIfNobodyTellsOfChanges) {
  asker.client.capabilities.roots_changed = false;
  for (const auto* list : {R"({"roots":[1]})", R"({"roots":[2]})"}) {
    answer(list);
    EXPECT_EQ(ask("roots/list", ""), list);
  }
}

/// A client that never answers.
class Silent final : public mcp::Events {
 public:
  void notify(std::string_view, const json::Splice&) override {}
  Task<mcp::Reply> ask(std::string_view, const json::Splice&, Cancel& cancel) override {
    Signal over;
    const Cancel::Hook stop(cancel, [&over] { over.notify(); });
    co_await over.wait();
    co_return fail(Kind::cancelled, Origin::client, "The question was withdrawn.");
  }
};

struct Waiting {
  bridge::QuestionOptions options{.human_wait = Milliseconds{60}, .reminder = Milliseconds{20}};
  int reminders = 0;
  Kind outcome = Kind::internal;
};

Task<void> wait_in_vain(net::Loop& loop, Waiting& waiting) {
  RootsCache roots;
  const Means means{loop, waiting.options, roots};
  mcp::Client client;
  client.revision = mcp::kLatestLegacy;
  client.capabilities.elicitation_form = true;
  Silent silent;
  bridge::Asked asked;
  asked.client = client.revision;
  Route route(client, silent, asked, mcp::kLatestLegacy);
  route.remind = [&waiting] { ++waiting.reminders; };
  auto question = bridge::read_question("elicitation/create", "{}");
  Cancel cancel;
  auto reply = co_await ask_client(means, route, std::move(*question), cancel);
  if (!reply) waiting.outcome = reply.error().kind;
}

// GB-110, GB-211
TEST(AskingPatience, IsLimitedAndTheClientIsRemindedMeanwhile) {
  Waiting waiting;
  net::Loop loop;
  net::run(loop, wait_in_vain(loop, waiting));
  EXPECT_EQ(waiting.outcome, Kind::timed_out);
  EXPECT_GE(waiting.reminders, 1);
}

}  // namespace
}  // namespace gatehouse::asking
