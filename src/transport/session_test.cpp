#include <gatehouse/transport/session.hpp>

#include <set>

#include <gtest/gtest.h>

#include "tests/support/finish.hpp"
#include "tests/support/messages.hpp"

namespace gatehouse::transport {
namespace {

using std::chrono::minutes;

constexpr TimePoint kStart{};
constexpr auto kInitialize =
    R"({"protocolVersion":"2025-06-18","capabilities":{"elicitation":{},"x":1},"clientInfo":{"name":"c","version":"1"}})";

std::shared_ptr<Session> new_session(std::string_view params = kInitialize) {
  const auto message = test::request("initialize", params);
  return std::make_shared<Session>("s1", *message, *mcp::anonymous(), kStart);
}
std::shared_ptr<Session> ready_session() {
  auto session = new_session();
  session->initialized = true;
  return session;
}

class Heard final : public MessageSink {
 public:
  bool deliver(const json::Pieces& message) override {
    if (full) return false;
    messages.push_back(test::str(message));
    return true;
  }
  std::vector<std::string> messages;
  bool full = false;
};

/// A question to the client, and how it ended.
class Asking {
 public:
  Asking(Session& session, MessageSink& sink, std::string_view params = "{}") {
    group_.spawn(ask(session, &sink, std::string(params)));
  }
  explicit Asking(Session& session) { group_.spawn(ask(session, nullptr, "{}")); }  ///< On the standalone stream.
  Cancel cancel;
  [[nodiscard]] bool waits() const { return group_.running() > 0; }
  /// The answer's body, or the error's kind.
  [[nodiscard]] std::string outcome() const { return outcome_; }

 private:
  Task<void> ask(Session& session, MessageSink* sink, std::string params) {
    const json::Splice splice(params);
    mcp::Reply reply = fail(Error());
    if (sink) {
      reply = co_await session.ask(*sink, "elicitation/create", splice, cancel);
    } else {
      reply = co_await session.events().ask("elicitation/create", splice, cancel);
    }
    outcome_ = reply ? ((*reply)->is_error ? "error " : "") + (*reply)->body.str()
                     : std::string(to_string(reply.error().kind));
  }
  std::string outcome_ = "waiting";
  TaskGroup group_;
};

void answer(Session& session, std::string_view text) {
  const test::ClientMessage message(text);
  session.answered(*message, message.text());
}

// TR-606; Spec: 2025-11-25 basic/lifecycle, "Version Negotiation"
TEST(Negotiate, AnswersWhatIsServedElseTheNewestLegacyRevision) {
  for (const auto* legacy : {"2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"})
    EXPECT_EQ(mcp::to_string(negotiate(legacy)), legacy);
  for (const auto* other : {"2026-07-28", "2027-01-01", "", "1.0", "2024-10-07"})
    EXPECT_EQ(mcp::to_string(negotiate(other)), "2025-11-25") << other;
}

// TR-452, TR-453
TEST(RandomId, IsLongVisibleAndNeverTheSame) {
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) {
    const std::string id = random_id();
    EXPECT_GE(id.size(), 32U);
    for (const char c : id) EXPECT_TRUE(c > 0x20 && c < 0x7f);
    seen.insert(id);
  }
  EXPECT_EQ(seen.size(), 1000U);
}

TEST(Session, KnowsWhatInitializeSaid) {
  const auto session = new_session();
  session->log_level = mcp::LogLevel::error;
  const auto client = session->client(*mcp::anonymous(), "10.0.0.1", "agent");
  EXPECT_EQ(client.revision, mcp::Revision::v2025_06_18);
  EXPECT_TRUE(client.capabilities.elicitation_form);
  EXPECT_EQ(client.capabilities_raw, R"({"elicitation":{},"x":1})");
  EXPECT_EQ(client.info_raw, R"({"name":"c","version":"1"})");
  EXPECT_EQ(client.session, "s1");
  EXPECT_EQ(client.log_level, mcp::LogLevel::error);
  EXPECT_EQ(client.address, "10.0.0.1");
}

TEST(Session, CancelsTheRunningRequestWithThatIdToken) {
  const auto session = ready_session();
  Cancel one, other;
  const Session::Running running_one(*session, "1", one), running_other(*session, "\"1\"", other);
  EXPECT_TRUE(session->is_running("1"));
  EXPECT_FALSE(session->is_running("2"));
  session->cancel("2");
  session->cancel("");
  EXPECT_FALSE(one.requested() || other.requested());
  session->cancel("\"1\"");
  EXPECT_FALSE(one.requested());
  EXPECT_EQ(other.reason(), CancelReason::client_asked);
}

// GB-062
TEST(Session, AsksUnderItsOwnIdsAndTakesTheAnswer) {
  const auto session = ready_session();
  Heard sink;
  Asking first(*session, sink, R"({"message":"?"})"), second(*session, sink);
  EXPECT_EQ(sink.messages.at(0),
            R"({"jsonrpc":"2.0","id":"gh:1","method":"elicitation/create","params":{"message":"?"}})");
  EXPECT_EQ(sink.messages.at(1), R"({"jsonrpc":"2.0","id":"gh:2","method":"elicitation/create","params":{}})");
  answer(*session, R"({"jsonrpc":"2.0","id":"gh:2","result":{"action":"accept"}})");
  EXPECT_TRUE(first.waits());
  EXPECT_EQ(second.outcome(), R"({"action":"accept"})");
  answer(*session, R"({"jsonrpc":"2.0","id":"gh:1","error":{"code":-1,"message":"no"}})");
  EXPECT_EQ(first.outcome(), R"(error {"code":-1,"message":"no"})");
}

// GB-013
TEST(Session, DropsAnswersThatNobodyWaitsFor) {
  const auto session = ready_session();
  Heard sink;
  Asking asking(*session, sink);
  for (const auto* id : {"1", "\"gh:2\"", "\"gh:01\"", "\"gh:\"", "\"1\""}) {
    answer(*session, R"({"jsonrpc":"2.0","id":)" + std::string(id) + R"(,"result":{}})");
    EXPECT_TRUE(asking.waits()) << id;
  }
  answer(*session, R"({"jsonrpc":"2.0","id":"gh:1","result":{"n":1}})");
  answer(*session, R"({"jsonrpc":"2.0","id":"gh:1","result":{"n":2}})");
  EXPECT_EQ(asking.outcome(), R"({"n":1})");
}

// GB section 15, 6
TEST(Session, AsksNothingBeforeTheClientIsReadyNorAfterTheEnd) {
  const auto session = new_session();
  Heard sink;
  EXPECT_EQ(Asking(*session, sink).outcome(), "not_bridgeable");
  session->initialized = true;
  sink.full = true;
  EXPECT_EQ(Asking(*session, sink).outcome(), "not_bridgeable") << "the stream is gone";
  sink.full = false;
  Asking open(*session, sink);
  session->end();
  EXPECT_EQ(open.outcome(), "state_lost");
  EXPECT_EQ(Asking(*session, sink).outcome(), "state_lost");
  EXPECT_EQ(sink.messages.size(), 1U) << "nothing is sent after the end";
}

TEST(Session, WithdrawsAQuestionThatIsCancelled) {
  const auto session = ready_session();
  Heard sink;
  Asking asking(*session, sink);
  asking.cancel.request(CancelReason::client_asked);
  EXPECT_EQ(asking.outcome(), "cancelled");
  EXPECT_EQ(sink.messages.back(),
            R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"gh:1"}})");
  answer(*session, R"({"jsonrpc":"2.0","id":"gh:1","result":{}})");  // late
}

TEST(Session, AsksOnTheStandaloneStreamIfThereIsOne) {
  const auto session = ready_session();
  EXPECT_EQ(Asking(*session).outcome(), "not_bridgeable");
  Heard stream;
  Cancel replaced;
  session->attach(stream, replaced);
  Asking asking(*session);
  EXPECT_EQ(stream.messages.size(), 1U);
  answer(*session, R"({"jsonrpc":"2.0","id":"gh:1","result":{}})");
  EXPECT_EQ(asking.outcome(), "{}");
  session->detach(stream);
}

// The stream that a question was asked on may be gone before the question ends.
TEST(Session, AQuestionOutlivesTheStandaloneStream) {
  const auto session = ready_session();
  auto stream = std::make_unique<Heard>();
  Cancel replaced;
  session->attach(*stream, replaced);
  Asking answered(*session), withdrawn(*session);
  session->detach(*stream);
  stream.reset();
  answer(*session, R"({"jsonrpc":"2.0","id":"gh:1","result":{}})");
  EXPECT_EQ(answered.outcome(), "{}");
  Heard next;
  session->attach(next, replaced);
  withdrawn.cancel.request(CancelReason::timed_out);
  EXPECT_EQ(withdrawn.outcome(), "cancelled");
  EXPECT_EQ(next.messages.size(), 1U) << "the client hears of it on the stream it has now";
  session->detach(next);
}

// GB-190, GB-372
TEST(Session, KeepsOneNotificationOfAKindForAStreamThatIsNotThere) {
  const auto session = ready_session();
  for (int i = 0; i < 3; ++i) session->send("notifications/tools/list_changed", json::Splice("{}"));
  session->send("notifications/prompts/list_changed", json::Splice("{}"));
  Heard first, second;
  Cancel first_replaced, second_replaced;
  session->attach(first, first_replaced);
  EXPECT_EQ(first.messages, (std::vector<std::string>{
                                R"({"jsonrpc":"2.0","method":"notifications/tools/list_changed","params":{}})",
                                R"({"jsonrpc":"2.0","method":"notifications/prompts/list_changed","params":{}})"}));
  session->attach(second, second_replaced);
  EXPECT_EQ(first_replaced.reason(), CancelReason::superseded);
  session->detach(first);  // late, as its coroutine ends
  EXPECT_TRUE(session->attached());
  session->send("notifications/x", json::Splice(R"({"a":1})"));
  EXPECT_EQ(first.messages.size(), 2U);
  EXPECT_EQ(second.messages,
            (std::vector<std::string>{R"({"jsonrpc":"2.0","method":"notifications/x","params":{"a":1}})"}));
  session->end();
  EXPECT_EQ(second_replaced.reason(), CancelReason::session_ended);
}

TEST(Session, KeepsABoundedNumberOfMessages) {
  const auto session = ready_session();
  for (int i = 0; i < 100'000; ++i)
    session->send("notifications/message", json::Splice("{\"data\":" + std::to_string(i) + "}"));
  Heard stream;
  Cancel replaced;
  session->attach(stream, replaced);
  EXPECT_LE(stream.messages.size(), 100U);
  EXPECT_GE(stream.messages.size(), 1U);
  session->detach(stream);
}

TEST(Session, KeepsWhatAFullStreamDidNotTake) {
  const auto session = ready_session();
  session->send("notifications/x", json::Splice("{}"));
  Heard full, next;
  full.full = true;
  Cancel replaced, again;
  session->attach(full, replaced);
  session->attach(next, again);
  EXPECT_EQ(next.messages.size(), 1U);
  session->detach(next);
}

TEST(Session, SaysNothingBeforeTheClientIsReady) {
  const auto session = new_session();
  session->send("notifications/x", json::Splice("{}"));
  session->initialized = true;
  Heard stream;
  Cancel replaced;
  session->attach(stream, replaced);
  EXPECT_TRUE(stream.messages.empty());
  session->detach(stream);
}

TEST(Session, EndsWhatRuns) {
  const auto session = ready_session();
  Cancel cancel;
  const Session::Running running(*session, "1", cancel);
  session->end();
  EXPECT_EQ(cancel.reason(), CancelReason::session_ended);
}

class SessionTable : public testing::Test {
 protected:
  std::shared_ptr<Session> create(TimePoint now) {
    const auto message = test::request("initialize", kInitialize);
    auto session = sessions.create(*message, *mcp::anonymous(), now);
    return session ? *session : nullptr;
  }
  Sessions sessions{Sessions::Options{.ttl = minutes(60), .max_sessions = 3}};
  std::vector<std::string> ended;
  void SetUp() override {
    sessions.on_end([this](std::string_view id) { ended.emplace_back(id); });
  }
};

TEST_F(SessionTable, FindsByIdOnly) {
  const auto session = create(kStart);
  EXPECT_EQ(sessions.find(session->id(), kStart), session);
  EXPECT_EQ(sessions.find("", kStart), nullptr);
  EXPECT_EQ(sessions.find(session->id() + "x", kStart), nullptr);
  EXPECT_EQ(sessions.peek("x"), nullptr);
}

TEST_F(SessionTable, RefusesMoreThanItsLimit) {
  const auto first = create(kStart);
  EXPECT_TRUE(create(kStart) && create(kStart));
  const auto message = test::request("initialize", kInitialize);
  const auto refused = sessions.create(*message, *mcp::anonymous(), kStart);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, Kind::limit_exceeded);
  EXPECT_EQ(refused.error().retry.when, Retry::When::later);
  EXPECT_TRUE(sessions.end(first->id()));
  EXPECT_TRUE(create(kStart));
}

TEST_F(SessionTable, EndsEachSessionOnce) {
  const auto session = create(kStart);
  EXPECT_TRUE(sessions.end(session->id()));
  EXPECT_FALSE(sessions.end(session->id()));
  EXPECT_EQ(ended, (std::vector<std::string>{session->id()}));
  EXPECT_EQ(sessions.size(), 0U);
}

TEST_F(SessionTable, ExpiresWhatWasNotUsed) {
  const auto idle = create(kStart), used = create(kStart), peeked = create(kStart);
  (void)sessions.find(used->id(), kStart + minutes(30));
  (void)sessions.peek(peeked->id());
  sessions.expire(kStart + minutes(59));
  EXPECT_TRUE(ended.empty());
  sessions.expire(kStart + minutes(60));
  EXPECT_EQ(ended, (std::vector<std::string>{idle->id(), peeked->id()}));
  EXPECT_EQ(sessions.peek(used->id()), used);
}

TEST_F(SessionTable, KeepsSessionsThatAreAtWork) {
  const auto calling = create(kStart), streaming = create(kStart);
  Heard stream;
  Cancel replaced, cancel;
  streaming->attach(stream, replaced);
  {
    const Session::Running running(*calling, "1", cancel);
    sessions.expire(kStart + minutes(600));
    EXPECT_EQ(sessions.size(), 2U);
  }
  streaming->detach(stream);
  sessions.expire(kStart + minutes(600));
  EXPECT_EQ(sessions.size(), 0U);
}

// A call's end is use, too. It must not keep others from expiring that were used later than this session was found.
TEST_F(SessionTable, TheEndOfALongCallCountsAsUse) {
  const auto long_call = create(kStart), other = create(kStart + minutes(1));
  sessions.touch(*long_call, kStart + minutes(50));
  sessions.expire(kStart + minutes(61));
  EXPECT_EQ(ended, (std::vector<std::string>{other->id()}));
  sessions.end(long_call->id());
  sessions.touch(*long_call, kStart + minutes(90));  // ended while its call ran
}

TEST_F(SessionTable, EndsAll) {
  (void)create(kStart);
  (void)create(kStart);
  sessions.end_all();
  EXPECT_EQ(ended.size(), 2U);
  EXPECT_EQ(sessions.size(), 0U);
}

}  // namespace
}  // namespace gatehouse::transport
