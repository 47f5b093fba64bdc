#include "gateway/upstream/slots.hpp"

#include <gtest/gtest.h>

#include "tests/support/messages.hpp"
#include "tests/support/settle.hpp"

namespace gatehouse::upstream {
namespace {

class FakeLink final : public client::Link {
 public:
  explicit FakeLink(std::size_t& open) : open_(open) { ++open_; }
  ~FakeLink() override { --open_; }
  [[nodiscard]] const client::Peer& peer() const override { return peer_; }
  [[nodiscard]] bool usable() const override { return alive; }
  [[nodiscard]] bool separates_requests() const override { return false; }
  Task<mcp::Reply> request(const client::Request&, client::Listener&, Cancel&) override {
    co_return fail(Kind::unavailable, Origin::upstream, "no server");
  }
  void notify(std::string_view, std::string) override {}
  void watch(std::vector<std::string>) override {}
  Task<void> close() override {
    alive = false;
    co_return;
  }
  Task<void> wait_closed(Cancel&) override { co_return; }
  bool alive = true;

 private:
  std::size_t& open_;
  client::Peer peer_;
};

/// A call that can be asked, and remembers what it was asked.
class Called final : public client::Listener {
 public:
  void notified(const mcp::Message&) override {}
  Task<mcp::Reply> asked(const mcp::Message& request, Cancel& cancel) override {
    heard.emplace_back(request.rpc.method);
    if (silent) {
      Signal over;
      const Cancel::Hook stop(cancel, [&over] { over.notify(); });
      co_await over.wait();
      co_return fail(Kind::cancelled, Origin::client, "withdrawn");
    }
    if (held) co_await go.wait();
    co_return mcp::Answer::of(R"({"by":")" + name + "\"}");
  }
  std::string name = "call";
  bool silent = false, held = false;
  Signal go;
  std::vector<std::string> heard;
};

struct Rig final : SlotObserver {
  explicit Rig(net::Loop& l)
      : loop(l),
        slots(l, [this](mcp::ClientCapabilities, client::Listener* listener) { return open(listener); }, *this,
              {.per_owner = 2, .all = 3, .patience = Milliseconds{40}, .roots_hold = Milliseconds{40}}) {}
  Task<Result<std::shared_ptr<client::Link>>> open(client::Listener* listener) {
    listeners.push_back(listener);
    if (refuse) co_return fail(Kind::unavailable, Origin::upstream, "down");
    co_return std::shared_ptr<client::Link>(std::make_shared<FakeLink>(links));
  }
  void opened(client::Link&) override { ++watched; }
  void heard(const mcp::Message& notification) override { announced.emplace_back(notification.rpc.method); }
  void closed(client::Link&) override { --watched; }
  net::Loop& loop;
  int watched = 0;
  std::vector<std::string> announced;
  std::size_t links = 0;
  bool refuse = false;
  std::vector<client::Listener*> listeners;  // of the connections, as they were opened
  Slots slots;
  Cancel cancel;
  TaskGroup group;
};

Task<Result<std::shared_ptr<Slot>>> take(Rig& rig, std::string owner, bool alone = true, bool once = false) {
  Slots::Wish wish;
  wish.owner = std::move(owner);
  wish.alone = alone;
  wish.once = once;
  co_return co_await rig.slots.take(std::move(wish), rig.cancel);
}
Task<void> take_into(Rig& rig, std::string owner, std::optional<Result<std::shared_ptr<Slot>>>& out) {
  auto taken = co_await take(rig, std::move(owner));
  out.emplace(std::move(taken));
}
Task<void> question(Rig& rig, client::Listener* listener, std::string method, std::string& out) {
  const auto message = test::request(method, "{}");
  auto reply = co_await listener->asked(*message, rig.cancel);
  out = reply ? (*reply)->body.str() : std::string(to_string(reply.error().kind));
}

using Story = Task<void> (*)(Rig&);
Task<void> tell(net::Loop& loop, Story story) {
  Rig rig(loop);
  co_await story(rig);
  co_await rig.group.join();
  co_await rig.slots.close_all();
  EXPECT_EQ(rig.links, 0U) << "every connection was closed";
  EXPECT_EQ(rig.watched, 0) << "and its observer knows";
}
void run(Story story) {
  net::Loop loop;
  net::run(loop, tell(loop, story));
}

Task<void> reuse(Rig& rig) {
  auto first = co_await take(rig, "alice");
  const Slot* slot = first->get();
  rig.slots.give_back(*first);
  first->reset();
  auto second = co_await take(rig, "alice");
  EXPECT_EQ(second->get(), slot);
  rig.slots.give_back(*second);
}
TEST(Slots, GiveACallTheConnectionOfTheLastOne) { run(reuse); }

// GB-141, GB-142
Task<void> apart(Rig& rig) {
  auto alice = co_await take(rig, "alice");
  auto again = co_await take(rig, "alice");
  auto bob = co_await take(rig, "bob");
  EXPECT_NE(alice->get(), again->get()) << "one call at a time";
  EXPECT_NE(alice->get(), bob->get());
  Called of_alice, of_bob;
  of_alice.name = "alice";
  of_bob.name = "bob";
  Slot::User first(**alice, of_alice), second(**bob, of_bob);
  std::string answer;
  co_await question(rig, rig.listeners[2], "elicitation/create", answer);
  EXPECT_EQ(answer, R"({"by":"bob"})");
  EXPECT_TRUE(of_alice.heard.empty());
  for (const auto& slot : {*alice, *again, *bob}) rig.slots.give_back(slot);
}
TEST(Slots, KeepUsersAndTheirCallsApart) { run(apart); }

Task<void> share(Rig& rig) {
  auto one = co_await take(rig, "alice", false);
  auto two = co_await take(rig, "alice", false);
  EXPECT_EQ(one->get(), two->get());
  Called first, second;
  Slot::User a(**one, first), b(**two, second);
  std::string answer;
  co_await question(rig, rig.listeners[0], "elicitation/create", answer);
  EXPECT_EQ(answer, "invalid_params") << "nothing says which of them it is";
  co_await question(rig, rig.listeners[0], "roots/list", answer);
  EXPECT_EQ(answer, R"({"by":"call"})") << "both have the same user, and so the same roots";
  rig.slots.give_back(*one);
  rig.slots.give_back(*two);
}
TEST(Slots, AreSharedWhereRequestsAreSeparate) { run(share); }

Task<void> waiting(Rig& rig) {
  auto one = co_await take(rig, "alice");
  auto two = co_await take(rig, "alice");
  std::optional<Result<std::shared_ptr<Slot>>> third;
  rig.group.spawn(take_into(rig, "alice", third));
  co_await test::settle(rig.loop);
  EXPECT_FALSE(third);
  rig.slots.give_back(*one);
  co_await test::settle(rig.loop);
  EXPECT_TRUE(third && *third && (*third)->get() == one->get());
  auto late = co_await take(rig, "alice");
  EXPECT_EQ(late.error().kind, Kind::limit_exceeded);
  rig.slots.give_back(*two);
  rig.slots.give_back(**third);
}
TEST(Slots, MakeFurtherCallsWaitForAWhile) { run(waiting); }

Task<void> evict(Rig& rig) {
  for (const auto* owner : {"a", "b", "c"}) {
    auto slot = co_await take(rig, owner);
    rig.slots.give_back(*slot);
  }
  auto slot = co_await take(rig, "d");
  EXPECT_TRUE(slot);
  EXPECT_EQ(rig.slots.size(), 3U);
  rig.slots.give_back(*slot);
}
TEST(Slots, CloseAnIdleOneForSomebodyElse) { run(evict); }

Task<void> ends(Rig& rig) {
  auto once = co_await take(rig, "1", true, true);
  rig.slots.give_back(*once);
  once->reset();
  EXPECT_EQ(rig.slots.size(), 0U) << "it was for one call";
  auto dead = co_await take(rig, "alice");
  static_cast<FakeLink&>(*(*dead)->binding.link).alive = false;
  rig.slots.give_back(*dead);
  EXPECT_EQ(rig.slots.size(), 0U);
  rig.refuse = true;
  auto refused = co_await take(rig, "alice");
  EXPECT_EQ(refused.error().kind, Kind::unavailable);
  EXPECT_EQ(rig.slots.size(), 0U);
  rig.refuse = false;
  auto idle = co_await take(rig, "alice");
  rig.slots.give_back(*idle);
  rig.slots.expire(Clock::now());
  EXPECT_EQ(rig.slots.size(), 1U);
  rig.slots.expire(Clock::now() + std::chrono::minutes(11));
  EXPECT_EQ(rig.slots.size(), 0U);
}
TEST(Slots, CloseWhatIsDeadOrIdle) { run(ends); }

// GB-174
Task<void> hold_roots(Rig& rig) {
  auto slot = co_await take(rig, "alice");
  std::string early, unanswered, other;
  rig.group.spawn(question(rig, rig.listeners[0], "roots/list", early));
  co_await test::settle(rig.loop);
  EXPECT_EQ(early, "") << "it waits for a call";
  {
    Called call;
    Slot::User user(**slot, call);
    co_await test::settle(rig.loop);
    EXPECT_EQ(early, R"({"by":"call"})");
    co_await user.end();
  }
  co_await question(rig, rig.listeners[0], "elicitation/create", other);
  EXPECT_EQ(other, "invalid_params") << "only roots wait";
  co_await question(rig, rig.listeners[0], "roots/list", unanswered);
  EXPECT_EQ(unanswered, R"({"roots":[]})");
  rig.slots.give_back(*slot);
}
TEST(Slots, HoldAnEarlyQuestionForRoots) { run(hold_roots); }

Task<void> make_ready(Slot& slot, Cancel& cancel, bool& ready) {
  co_await slot.ready(cancel);
  ready = true;
}
Task<void> roots_first(Rig& rig) {
  auto slot = co_await take(rig, "alice");
  std::string early;
  rig.group.spawn(question(rig, rig.listeners[0], "roots/list", early));
  Called call;
  call.held = true;
  Slot::User user(**slot, call);
  bool ready = false;
  rig.group.spawn(make_ready(**slot, rig.cancel, ready));
  co_await test::settle(rig.loop);
  EXPECT_EQ(call.heard, std::vector<std::string>{"roots/list"});
  EXPECT_FALSE(ready) << "the server does not know the roots yet";
  call.go.notify();
  co_await test::settle(rig.loop);
  EXPECT_EQ(early, R"({"by":"call"})");
  EXPECT_TRUE(ready);
  co_await user.end();
  rig.slots.give_back(*slot);
}
TEST(Slots, HoldTheFirstCallUntilTheServerKnowsTheRoots) { run(roots_first); }

Task<void> roots_never(Rig& rig) {
  auto slot = co_await take(rig, "alice");
  std::string early, later;
  rig.group.spawn(question(rig, rig.listeners[0], "roots/list", early));
  Called call;
  call.silent = true;
  Slot::User user(**slot, call);
  co_await (*slot)->ready(rig.cancel);
  co_await test::settle(rig.loop);
  EXPECT_EQ(early, R"({"roots":[]})") << "the client did not answer for as long as roots are held";
  call.silent = false;
  co_await (*slot)->ready(rig.cancel);
  co_await question(rig, rig.listeners[0], "roots/list", later);
  EXPECT_EQ(later, R"({"by":"call"})") << "later questions have their own time";
  co_await user.end();
  rig.slots.give_back(*slot);
}
TEST(Slots, SendTheFirstCallWithoutRootsThatNobodyTells) { run(roots_never); }

Task<void> roots_cancelled(Rig& rig) {
  auto slot = co_await take(rig, "alice");
  std::string early;
  rig.group.spawn(question(rig, rig.listeners[0], "roots/list", early));
  Called call;
  call.silent = true;
  Slot::User user(**slot, call);
  bool ready = false;
  Cancel cancel;
  rig.group.spawn(make_ready(**slot, cancel, ready));
  co_await test::settle(rig.loop);
  EXPECT_FALSE(ready);
  cancel.request(CancelReason::client_asked);
  co_await test::settle(rig.loop);
  EXPECT_TRUE(ready);
  co_await user.end();
  rig.slots.give_back(*slot);
}
TEST(Slots, StopHoldingACallThatIsCancelled) { run(roots_cancelled); }

Task<void> announce(Rig& rig) {
  auto slot = co_await take(rig, "alice");
  rig.listeners[0]->notified(*test::request("notifications/tools/list_changed", "{}"));
  EXPECT_EQ(rig.announced, std::vector<std::string>{"notifications/tools/list_changed"});
  rig.slots.give_back(*slot);
}
TEST(Slots, PassOnWhatBelongsToNoCall) { run(announce); }

Task<void> withdraw(Rig& rig) {
  auto slot = co_await take(rig, "alice");
  std::string answer;
  {
    Called call;
    call.silent = true;
    Slot::User user(**slot, call);
    rig.group.spawn(question(rig, rig.listeners[0], "elicitation/create", answer));
    co_await test::settle(rig.loop);
    EXPECT_EQ(call.heard.size(), 1U);
    co_await user.end();
  }
  co_await test::settle(rig.loop);
  EXPECT_EQ(answer, "cancelled") << "the call is over, and so are its questions";
  rig.slots.give_back(*slot);
}
TEST(Slots, WithdrawQuestionsWithTheirCall) { run(withdraw); }

}  // namespace
}  // namespace gatehouse::upstream
