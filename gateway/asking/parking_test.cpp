#include "gateway/asking/parking.hpp"

#include <gtest/gtest.h>

#include <chrono>

#include <gatehouse/json/value.hpp>
#include <gatehouse/mcp/caller.hpp>

#include "tests/support/asker.hpp"
#include "tests/support/settle.hpp"

namespace gatehouse::asking {
namespace {

/// A server with a session: asks these questions at once, then answers with what it heard.
struct Server {
  std::vector<std::pair<std::string, std::string>> questions{{"elicitation/create", R"({"message":"m"})"}};
  std::vector<std::string> heard;
  bool fails = false, cancelled = false, holds = false;
  Signal release;

  Task<void> ask(const mcp::Call& call, std::size_t index) {
    const json::Splice params(questions[index].second);
    auto reply = co_await call.events.ask(questions[index].first, params, call.cancel);
    heard.push_back(reply ? ((*reply)->is_error ? "error " : "") + (*reply)->body.str()
                          : std::string(to_string(reply.error().kind)));
  }
  Task<mcp::Reply> run(const mcp::Call& call) {
    call.events.notify("notifications/progress", json::Splice(R"({"progressToken":1,"progress":1})"));
    TaskGroup group;
    for (std::size_t i = 0; i < questions.size(); ++i) group.spawn(ask(call, i));
    co_await group.join();
    if (holds) {
      const Cancel::Hook stop(call.cancel, [this] { release.notify(); });
      co_await release.wait();
    }
    cancelled = call.cancel.requested();
    if (fails) co_return fail(Kind::outcome_unknown, Origin::upstream, "The server ended before it answered.");
    auto list = json::Value::array();
    for (const auto& one : heard) list.push(one);
    co_return mcp::Answer::of(json::Value::object({{"heard", std::move(list)}}).str());
  }
};

/// What the tests have in common.
struct Rig {
  explicit Rig(net::Loop& l) : loop(l), parking(l, keys, options) { options.coalesce = Milliseconds{0}; }
  net::Loop& loop;
  seal::KeyRing keys = *seal::KeyRing::of({"0123456789abcdef0123456789abcdef"});
  bridge::QuestionOptions options;
  Parking parking;
  Server server;
  TaskGroup group;
};

/// One request of a stateless client, and how it ended.
class Visit {
 public:
  explicit Visit(Rig& rig, std::string_view principal = "alice") : rig_(rig) {
    who = test::somebody(principal);
    asker.client.who = who.get();
    asker.client.capabilities.elicitation_form = true;
  }
  void begin() { rig_.group.spawn(run_first()); }
  void resume(const Visit& before, std::string_view responses) {
    state_ = before.state();
    responses_ = responses;
    rig_.group.spawn(run_retry());
  }
  [[nodiscard]] bool waits() const { return !reply_; }
  [[nodiscard]] std::string text() const {
    if (!reply_) return "waiting";
    const auto& reply = *reply_;
    return reply ? reply.value()->body.str() : std::string(to_string(reply.error().kind)) + " " + reply.error().data;
  }
  /// The questions, without the state.
  [[nodiscard]] std::string asked() const {
    const auto value = json::parse(text());
    return value && value->find("inputRequests") ? value->find("inputRequests")->str() : text();
  }
  [[nodiscard]] bridge::RequestState state() const {
    const auto value = json::parse(text());
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    auto state =
        bridge::open_state(rig_.keys, mcp::caller_key(*who), value->text("requestState"), "crm", "digest", now);
    return state ? *state : bridge::RequestState{};
  }

  std::shared_ptr<const mcp::Principal> who;
  test::Asker asker;

 private:
  Task<void> run_first() {
    const mcp::Call call{*message_, asker.client, asker, asker.cancel, Clock::now()};
    Parking::Run run = [this](const mcp::Call& parked) { return rig_.server.run(parked); };
    auto reply = co_await rig_.parking.begin(call, "crm", {}, "digest", std::move(run));
    reply_.emplace(std::move(reply));
  }
  Task<void> run_retry() {
    const test::ClientMessage retry = test::request(
        "tools/call", R"({"name":"a","inputResponses":)" + responses_ + R"(,"_meta":{"progressToken":"new"}})");
    const mcp::Call call{*retry, asker.client, asker, asker.cancel, Clock::now()};
    const auto responses = bridge::read_input_responses(*retry);
    auto reply = co_await rig_.parking.resume(call, state_, *responses);
    reply_.emplace(std::move(reply));
  }

  Rig& rig_;
  test::ClientMessage message_ = test::request("tools/call", R"({"name":"a","_meta":{"progressToken":1}})");
  bridge::RequestState state_;
  std::string responses_;
  std::optional<mcp::Reply> reply_;
};

using Story = Task<void> (*)(Rig&);
Task<void> tell(net::Loop& loop, Story story) {
  Rig rig(loop);
  co_await story(rig);
  co_await rig.parking.stop();
  co_await rig.group.join();
}
void run(Story story) {
  net::Loop loop;
  net::run(loop, tell(loop, story));
}

constexpr const char* kAccept = R"({"r1":{"action":"accept"}})";
constexpr const char* kOneQuestion = R"({"r1":{"method":"elicitation/create","params":{"message":"m"}}})";

Task<void> answers(Rig& rig) {
  Visit first(rig), second(rig);
  first.begin();
  co_await test::settle(rig.loop);
  EXPECT_EQ(first.asked(), kOneQuestion);
  EXPECT_EQ(rig.parking.parked(), 1U);
  second.resume(first, kAccept);
  co_await test::settle(rig.loop);
  EXPECT_EQ(second.text(), R"({"heard":["{\"action\":\"accept\"}"]})");
  EXPECT_EQ(rig.parking.parked(), 0U);
}
TEST(Parking, BringsTheAnswersToACallThatRunsOn) { run(answers); }

Task<void> two_questions(Rig& rig) {
  rig.server.questions.emplace_back("roots/list", "{}");
  Visit first(rig), second(rig), third(rig);
  first.begin();
  co_await test::settle(rig.loop);
  // Without a moment of collecting, the second question comes with the next round.
  EXPECT_EQ(first.asked(), kOneQuestion);
  second.resume(first, R"({"r2":{"roots":[]},"r9":{}})");
  co_await test::settle(rig.loop);
  EXPECT_EQ(second.asked(), kOneQuestion) << "what was not answered is asked again";
  third.resume(second, kAccept);
  co_await test::settle(rig.loop);
  EXPECT_EQ(third.text(), R"({"heard":["{\"roots\":[]}","{\"action\":\"accept\"}"]})");
}
TEST(Parking, AsksAgainForWhatWasNotAnswered) { run(two_questions); }

Task<void> repeats(Rig& rig) {
  Visit first(rig), second(rig), again(rig), other(rig), late(rig);
  first.begin();
  co_await test::settle(rig.loop);
  second.resume(first, kAccept);
  co_await test::settle(rig.loop);
  again.resume(first, R"({ "r1" : {"action":"accept"} })");
  other.resume(first, R"({"r1":{"action":"decline"}})");
  co_await test::settle(rig.loop);
  EXPECT_EQ(again.text(), second.text()) << "the client lost our answer";
  EXPECT_EQ(other.text(), R"(invalid_params {"gatehouse":{"reason":"request_state_consumed"}})");
  EXPECT_EQ(rig.server.heard.size(), 1U) << "the tool ran once";
}
TEST(Parking, TellsTheSameRetryTheSame) { run(repeats); }

Task<void> disconnects(Rig& rig) {
  rig.server.holds = true;
  Visit first(rig), second(rig);
  first.begin();
  co_await test::settle(rig.loop);
  first.asker.cancel.request(CancelReason::client_gone);
  co_await test::settle(rig.loop);
  EXPECT_EQ(rig.parking.parked(), 1U) << "that request was answered";
  second.resume(first, kAccept);
  co_await test::settle(rig.loop);
  EXPECT_TRUE(second.waits());
  second.asker.cancel.request(CancelReason::client_gone);
  co_await test::settle(rig.loop);
  EXPECT_TRUE(rig.server.cancelled);
  EXPECT_EQ(rig.parking.size(), 0U);
}
TEST(Parking, CancelsWithTheLastRequestThatWaits) { run(disconnects); }

Task<void> loses(Rig& rig) {
  rig.server.fails = true;
  Visit first(rig), second(rig), foreign(rig);
  first.begin();
  co_await test::settle(rig.loop);
  second.resume(first, kAccept);
  co_await test::settle(rig.loop);
  EXPECT_EQ(second.text(), R"(state_lost {"gatehouse":{"reason":"owner_lost"}})");
}
TEST(Parking, SaysThatACallWasLostWithItsServer) { run(loses); }

Task<void> restarts(Rig& rig) {
  Visit first(rig);
  first.begin();
  co_await test::settle(rig.loop);
  Parking other(rig.loop, rig.keys, rig.options);
  const test::ClientMessage retry = test::request("tools/call", R"({"name":"a"})");
  std::shared_ptr<const mcp::Principal> who;
  test::Asker asker;
  const mcp::Call call{*retry, asker.client, asker, asker.cancel, Clock::now()};
  const bridge::RequestState state = first.state();
  const bridge::InputResponses none;
  auto reply = co_await other.resume(call, state, none);
  EXPECT_EQ(reply.error().kind, Kind::state_lost) << "another process held it";
  co_await other.stop();
}
TEST(Parking, SaysThatACallWasLostWithItsProcess) { run(restarts); }

// RS-96: with another program he is another caller
Task<void> stays_its_callers(Rig& rig) {
  Visit first(rig);
  first.begin();
  co_await test::settle(rig.loop);
  EXPECT_EQ(first.state().kind, bridge::RequestState::Kind::parked);
  first.who = test::with_program(*first.who, "cli");
  EXPECT_TRUE(first.state().parked.empty());
}
TEST(Parking, GivesAStateToItsCallerOnly) { run(stays_its_callers); }

Task<void> expires(Rig& rig) {
  rig.options.parked_wait = Milliseconds{40};
  rig.server.questions.emplace_back("sampling/createMessage", "{}");
  Visit first(rig), late(rig);
  first.begin();
  co_await test::settle(rig.loop);
  const auto state = first.state();
  while (rig.parking.size() > 0) co_await rig.loop.sleep(Milliseconds{20});
  co_await test::settle(rig.loop);
  EXPECT_EQ(rig.server.heard.at(0), R"({"action":"cancel"})");
  EXPECT_EQ(rig.server.heard.at(1), R"(error {"code":-1,"message":"Nobody answered in time."})");
  EXPECT_TRUE(rig.server.cancelled);
}
TEST(Parking, GivesUpWhenNobodyComesBack) { run(expires); }

Task<void> limits(Rig& rig) {
  rig.options.max_parked_per_principal = 1;
  Visit first(rig), second(rig), other(rig, "bob");
  first.begin();
  second.begin();
  other.begin();
  co_await test::settle(rig.loop);
  EXPECT_EQ(first.asked(), kOneQuestion);
  EXPECT_EQ(second.text(), R"(limit_exceeded {"gatehouse":{"limit":"parked_calls"}})");
  EXPECT_EQ(other.asked(), kOneQuestion);
  rig.options.max_parked_per_server = 2;
  Visit third(rig, "carol");
  third.begin();
  co_await test::settle(rig.loop);
  EXPECT_EQ(third.text(), R"(limit_exceeded {"gatehouse":{"limit":"parked_calls"}})");
}
TEST(Parking, HasItsLimits) { run(limits); }

Task<void> progress(Rig& rig) {
  rig.server.holds = true;
  Visit first(rig), second(rig);
  first.begin();
  co_await test::settle(rig.loop);
  EXPECT_EQ(first.asker.heard.at(0), R"(notifications/progress {"progressToken":1,"progress":1})");
  second.resume(first, kAccept);
  co_await test::settle(rig.loop);
  rig.server.release.notify();
  co_await test::settle(rig.loop);
  EXPECT_FALSE(second.waits());
  EXPECT_EQ(first.asker.heard.size(), 1U);
}
TEST(Parking, TellsProgressToWhoeverWaits) { run(progress); }

Task<void> stops(Rig& rig) {
  rig.server.holds = true;
  rig.server.questions.clear();
  Visit first(rig);
  first.begin();
  co_await test::settle(rig.loop);
  EXPECT_TRUE(first.waits());
  co_await rig.parking.stop();
  co_await test::settle(rig.loop);
  EXPECT_TRUE(first.text().starts_with("shutting_down"));
  EXPECT_TRUE(rig.server.cancelled);
}
TEST(Parking, EndsEverythingWhenItStops) { run(stops); }

}  // namespace
}  // namespace gatehouse::asking
