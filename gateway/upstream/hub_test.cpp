#include "gateway/upstream/hub.hpp"

#include <optional>

#include <gtest/gtest.h>

#include <gatehouse/base/task_group.hpp>

#include "tests/support/settle.hpp"

namespace gatehouse::upstream {
namespace {

using Standing = subscriptions::Wishes::Standing;
using Texts = std::vector<std::string>;

/// A connection that records what it shall watch.
class FakeLink final : public client::Link {
 public:
  [[nodiscard]] const client::Peer& peer() const override { return peer_; }
  [[nodiscard]] bool usable() const override { return true; }
  Task<mcp::Reply> request(const client::Request&, client::Listener&, Cancel&) override {
    co_return fail(Kind::unavailable, Origin::upstream, "nothing is sent here");
  }
  void notify(std::string_view, std::string) override {}
  void watch(std::vector<std::string> uris) override { told.push_back(std::move(uris)); }
  Task<void> close() override { co_return; }
  Task<void> wait_closed(Cancel&) override { co_return; }

  std::vector<Texts> told;

 private:
  client::Peer peer_;
};

class Somebody final : public subscriptions::Watcher {
 public:
  void updated(std::uint64_t server, std::string_view uri) override {
    heard.push_back(std::to_string(server) + " " + std::string(uri));
    came.notify();
  }
  Signal came;
  Texts heard;
};

/// Waits for the server's word; `outcome` is empty until then.
class Asking {
 public:
  Asking(Hub& hub, std::string uri, Milliseconds patience = std::chrono::hours(1)) {
    group_.spawn(ask(hub, std::move(uri), patience));
  }
  std::optional<Standing> outcome;
  Cancel cancel;

 private:
  Task<void> ask(Hub& hub, std::string uri, Milliseconds patience) {
    outcome = co_await hub.standing(std::move(uri), patience, cancel);
  }
  TaskGroup group_;
};

struct Scene {
  net::Loop loop;
  FakeLink link;
  Somebody one, two;
  std::shared_ptr<Hub> hub = std::make_shared<Hub>(loop, 7);

  template <class F>
  void run(F steps) {
    net::run(loop, play(loop, steps));
  }
  template <class F>
  static Task<void> play(net::Loop& loop, F& steps) {
    steps();
    co_await test::settle(loop);
  }
};

// GB-185
TEST(Hub, AsksTheServerOnceHoweverManyWatch) {
  Scene s;
  s.hub->connected(s.link);
  EXPECT_TRUE(s.link.told.empty()) << "nobody watches anything";
  auto first = watch(s.hub, "x:1", s.one);
  auto second = watch(s.hub, "x:1", s.two);
  auto third = watch(s.hub, "x:2", s.two);
  EXPECT_EQ(s.link.told, (std::vector<Texts>{{"x:1"}, {"x:1", "x:2"}}));
  s.hub->updated("x:1");
  s.hub->updated("x:2");
  s.hub->updated("x:3");
  EXPECT_EQ(s.one.heard, Texts{"7 x:1"});
  EXPECT_EQ(s.two.heard, (Texts{"7 x:1", "7 x:2"}));
}

TEST(Hub, WhoeverGivesHisWishBackHearsNoMore) {
  Scene s;
  s.hub->connected(s.link);
  {
    auto wish = watch(s.hub, "x:1", s.one);
    Watch moved = std::move(*wish);
  }
  s.hub->updated("x:1");
  EXPECT_TRUE(s.one.heard.empty());
  s.run([] {});  // the timer of the linger time belongs to the loop
}

// GB-186
TEST(Hub, AfterAReconnectTheServerIsToldAgainAndEverythingCountsAsChanged) {
  Scene s;
  s.hub->connected(s.link);
  auto wish = watch(s.hub, "x:1", s.one);
  s.hub->watching(Texts{"x:1"}, Texts{"x:1"});
  s.hub->disconnected();
  EXPECT_TRUE(s.one.heard.empty());
  FakeLink next;
  s.hub->connected(next);
  EXPECT_EQ(next.told, std::vector<Texts>{{"x:1"}});
  EXPECT_EQ(s.one.heard, Texts{"7 x:1"});
}

Task<void> hear(Somebody& who) { co_await who.came.wait(); }

TEST(Hub, AChangeAnnouncedOnSeveralConnectionsIsToldOnce) {
  Scene s;
  s.hub->connected(s.link);
  auto early = watch(s.hub, "x:1", s.one);
  FakeLink own;
  s.hub->joined(own);
  auto late = watch(s.hub, "x:2", s.two);
  EXPECT_EQ(own.told, (std::vector<Texts>{{"x:1"}, {"x:1", "x:2"}}));
  for (int connection = 0; connection < 2; ++connection) {
    s.hub->updated("x:1");
    s.hub->updated("x:2");
  }
  EXPECT_TRUE(s.one.heard.empty()) << "the other connections may say the same";
  net::run(s.loop, hear(s.one));
  EXPECT_EQ(s.one.heard, Texts{"7 x:1"});
  EXPECT_EQ(s.two.heard, Texts{"7 x:2"});
  s.hub->left(own);
  s.hub->updated("x:1");
  EXPECT_EQ(s.one.heard, (Texts{"7 x:1", "7 x:1"})) << "the only connection is not waited for";
}

// GB-182
TEST(Hub, TellsWhatTheServerSaid) {
  Scene s;
  s.hub->connected(s.link);
  auto wish = watch(s.hub, "x:1", s.one);
  auto other = watch(s.hub, "x:2", s.one);
  Asking yes(*s.hub, "x:1"), no(*s.hub, "x:2");
  EXPECT_FALSE(yes.outcome || no.outcome);
  s.run([&] { s.hub->watching(Texts{"x:1", "x:2"}, Texts{"x:1"}); });
  EXPECT_EQ(yes.outcome, Standing::accepted);
  EXPECT_EQ(no.outcome, Standing::refused);
}

TEST(Hub, NobodyWaitsForAServerThatIsNotThere) {
  Scene s;
  auto wish = watch(s.hub, "x:1", s.one);
  Asking down(*s.hub, "x:1");
  EXPECT_EQ(down.outcome, Standing::unknown);
  s.hub->connected(s.link);
  Asking impatient(*s.hub, "x:1", Milliseconds{0});
  EXPECT_EQ(impatient.outcome, Standing::unknown) << "a server that is not called now is not waited for";
  Asking lost(*s.hub, "x:1"), cancelled(*s.hub, "x:1");
  s.run([&] { cancelled.cancel.request(CancelReason::client_gone); });
  EXPECT_EQ(cancelled.outcome, Standing::unknown);
  EXPECT_FALSE(lost.outcome);
  s.run([&] { s.hub->disconnected(); });
  EXPECT_EQ(lost.outcome, Standing::unknown);
}

}  // namespace
}  // namespace gatehouse::upstream
