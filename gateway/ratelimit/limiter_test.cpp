#include "gateway/ratelimit/limiter.hpp"

#include <list>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace gatehouse::ratelimit {
namespace {

using enum Dimension;
using Point = Limiter::Point;
constexpr TimePoint kStart{std::chrono::hours(1)};
constexpr Seed kSeed{1};

Limit rate(Dimensions per, std::uint64_t count, std::vector<std::string> match = {}) {
  Limit limit;
  limit.per = per;
  limit.match = std::move(match);
  limit.rate = {count, Milliseconds{60'000}};
  limit.id = default_id(limit);
  return limit;
}
Limit at_a_time(Dimensions per, std::size_t most) {
  Limit limit;
  limit.per = per;
  limit.concurrency = most;
  limit.id = default_id(limit);
  return limit;
}

struct Rig {
  LocalStore store;
  Limiter limiter{kSeed, store};
  std::vector<std::string> told;
  TimePoint now = kStart;

  explicit Rig(std::vector<Limit> limits) { limiter.configure(std::move(limits)); }
  static Subject call(std::string_view user, std::string_view tool = "create") {
    return {.method = mcp::Method::tools_call, .address = "10.0.0.1", .user = user, .target = {"jira", tool}};
  }
  Decision take(Point point, const Subject& subject) {
    return limiter.take(point, subject, now, [this](const Hit& hit) {
      told.push_back(hit.limit.id + " " + std::to_string(hit.since_last));
    });
  }
  /// As the pipeline asks: first for the caller, then for the target. "": admitted, else the limit.
  std::string ask(const Subject& subject) {
    if (const auto first = take(Point::caller, subject); !first.admitted()) return first.rule->limit.id;
    const auto second = take(Point::target, subject);
    if (second.admitted()) return "";
    limiter.give_back(Point::caller, subject);
    return second.rule->limit.id;
  }
  int admitted(const Subject& subject, int tries) {
    int count = 0;
    for (int i = 0; i < tries; ++i) count += ask(subject).empty();
    return count;
  }
};

TEST(Limiter, LimitsEachUserByHimself) {
  Rig rig({rate({user}, 5)});
  EXPECT_EQ(rig.admitted(Rig::call("alice"), 20), 5);
  EXPECT_EQ(rig.admitted(Rig::call("bob"), 20), 5);
  EXPECT_EQ(rig.limiter.rules()[0]->refused, 30u);
  rig.now += std::chrono::seconds(12);
  EXPECT_EQ(rig.admitted(Rig::call("alice"), 20), 1);
}

TEST(Limiter, ARefusedCallTakesNothingFromAnyLimit) {
  Rig rig({rate({tool}, 3, {"jira.create*"}), rate({user}, 10)});
  EXPECT_EQ(rig.admitted(Rig::call("alice"), 100), 3);
  EXPECT_EQ(rig.ask(Rig::call("alice")), "tool:jira.create*:3/m");
  EXPECT_EQ(rig.admitted(Rig::call("alice", "search"), 100), 7) << "ten less the three that ran";
  EXPECT_EQ(rig.admitted(Rig::call("bob"), 100), 0) << "the tool's limit is everybody's";
  EXPECT_EQ(rig.admitted(Rig::call("bob", "search"), 100), 10);
}

TEST(Limiter, OneThatRefusesLaterAtTheSamePointGivesBackTheEarlierOnes) {
  Rig rig({rate({user}, 10), rate({user, ip}, 2)});
  EXPECT_EQ(rig.admitted(Rig::call("alice"), 50), 2);
  Subject elsewhere = Rig::call("alice");
  elsewhere.address = "10.0.0.2";
  EXPECT_EQ(rig.admitted(elsewhere, 50), 2);
  elsewhere.address = "10.0.0.3";
  EXPECT_EQ(rig.admitted(elsewhere, 50), 2);
  EXPECT_EQ(rig.limiter.rules()[0]->refused, 0u);
}

TEST(Limiter, IsAboutCallsUnlessItSaysOtherwise) {
  Limit lists = rate({user}, 2);
  lists.group = Group::lists;
  lists.id = "lists";
  Limit prompts = rate({user}, 3);
  prompts.methods = {mcp::Method::prompts_get};
  prompts.id = "prompts";
  Rig rig({rate({user}, 1), lists, prompts});
  Subject subject{.method = mcp::Method::tools_list, .user = "alice"};
  EXPECT_EQ(rig.admitted(subject, 10), 2);
  subject.method = mcp::Method::prompts_get;
  EXPECT_EQ(rig.ask(subject), "");
  EXPECT_EQ(rig.ask(subject), "user:1/m");
  EXPECT_FALSE(rig.limiter.has(Point::caller, mcp::Method::ping) && rig.limiter.has_step_up());
}

TEST(Limiter, OfClassRuleCountsWhatRulesSendToIt) {
  Limit slow = rate({user}, 2), single = at_a_time({user}, 1);
  slow.group = single.group = Group::rule;
  slow.id = "slow";
  single.id = "single";
  Rig rig({slow, single, rate({user}, 100)});
  EXPECT_EQ(rig.admitted(Rig::call("alice"), 10), 10) << "no rule sent these";
  const std::vector<std::string> named = {"single", "slow"};
  Subject sent = Rig::call("alice");
  sent.limits = named;
  EXPECT_EQ(rig.admitted(sent, 10), 2);
  sent.method = mcp::Method::resources_read;
  EXPECT_EQ(rig.ask(sent), "slow") << "whatever the method";
  EXPECT_EQ(rig.ask(Rig::call("alice")), "");

  const auto quiet = [](const Hit&) {};
  Held first, second, other;
  EXPECT_TRUE(rig.limiter.enter(sent, first, rig.now, quiet).admitted());
  EXPECT_FALSE(rig.limiter.enter(sent, second, rig.now, quiet).admitted());
  EXPECT_TRUE(rig.limiter.enter(Rig::call("alice"), other, rig.now, quiet).admitted());
}

TEST(Limiter, InObserveModeCountsAndRefusesNothing) {
  Limit watched = rate({user}, 3);
  watched.mode = Mode::observe;
  Rig rig({watched, rate({user, tool}, 8)});
  EXPECT_EQ(rig.admitted(Rig::call("alice"), 10), 8);
  EXPECT_EQ(rig.limiter.rules()[0]->observed, 7u);
  EXPECT_EQ(rig.limiter.rules()[0]->refused, 0u);
  EXPECT_EQ(rig.limiter.rules()[1]->refused, 2u);
}

TEST(Limiter, TellsOncePerKeyAndMinuteHowOften) {
  Rig rig({rate({user}, 1)});
  EXPECT_EQ(rig.admitted(Rig::call("alice"), 11), 1);
  EXPECT_EQ(rig.told, (std::vector<std::string>{"user:1/m 1"}));
  EXPECT_EQ(rig.admitted(Rig::call("bob"), 2), 1);
  EXPECT_EQ(rig.told.size(), 2u);
  rig.now += Reminder::kInterval;
  EXPECT_EQ(rig.admitted(Rig::call("alice"), 2), 1);
  EXPECT_EQ(rig.told.back(), "user:1/m 10");
  EXPECT_EQ(rig.limiter.rules()[0]->refused, 12u) << "the counter is exact";
}

TEST(Limiter, AFloodOfKeysWritesFewLines) {
  Rig rig({rate({user}, 1)});
  for (int i = 0; i < 20'000; ++i) {
    const std::string name = "user" + std::to_string(i);
    (void)rig.admitted(Rig::call(name), 2);
  }
  EXPECT_LE(rig.told.size(), 20u);
  EXPECT_EQ(rig.limiter.rules()[0]->refused, 20'000u);
}

TEST(Limiter, AReloadKeepsWhatStaysTheSame) {
  Rig rig({rate({user}, 5), rate({tool}, 50)});
  EXPECT_EQ(rig.admitted(Rig::call("alice"), 5), 5);
  Limit renamed = rate({user}, 5);
  renamed.id = "people";
  renamed.max_keys = 10;
  rig.limiter.configure({rate({tool}, 6), renamed});
  EXPECT_EQ(rig.ask(Rig::call("alice")), "people") << "under another name, and still empty";
  EXPECT_EQ(rig.admitted(Rig::call("bob"), 9), 5);
  EXPECT_EQ(rig.ask(Rig::call("carol")), "") << "the tool's changed bucket began anew";
  EXPECT_EQ(rig.ask(Rig::call("carol")), "tool:6/m");
  rig.limiter.configure({});
  EXPECT_EQ(rig.admitted(Rig::call("alice"), 100), 100);
}

TEST(Limiter, BoundsCallsAtATime) {
  Rig rig({at_a_time({user}, 2), at_a_time({server}, 3)});
  std::list<Held> running;
  const auto enter = [&](std::string_view user) {
    Held held;
    const auto decision = rig.limiter.enter(Rig::call(user), held, kStart, [](const Hit&) {});
    if (decision.admitted()) running.push_back(std::move(held));
    return decision.admitted() ? "" : decision.rule->limit.id;
  };
  EXPECT_EQ(enter("alice"), "");
  EXPECT_EQ(enter("alice"), "");
  EXPECT_EQ(enter("alice"), "user:2");
  EXPECT_EQ(enter("bob"), "");
  EXPECT_EQ(enter("bob"), "server:3");
  EXPECT_EQ(rig.limiter.rules()[0]->keys(), 2u);
  running.erase(running.begin());
  EXPECT_EQ(enter("alice"), "") << "what the server's limit refused does not count as bob's";
  EXPECT_EQ(enter("bob"), "server:3");
  rig.limiter.configure({});
  running.clear();
}

TEST(Limiter, CallsThatRunAcrossAReloadAreStillCounted) {
  Rig rig({at_a_time({user}, 1)});
  Held first, second;
  const auto quiet = [](const Hit&) {};
  EXPECT_TRUE(rig.limiter.enter(Rig::call("alice"), first, kStart, quiet).admitted());
  rig.limiter.configure({rate({user}, 100), at_a_time({user}, 2)});
  EXPECT_TRUE(rig.limiter.enter(Rig::call("alice"), second, kStart, quiet).admitted());
  Held third;
  EXPECT_FALSE(rig.limiter.enter(Rig::call("alice"), third, kStart, quiet).admitted());
  first.release();
  EXPECT_TRUE(rig.limiter.enter(Rig::call("alice"), third, kStart, quiet).admitted());
}

/// Buckets whose tokens are elsewhere.
class FarBuckets final : public Buckets {
 public:
  Taken take(const Key&, TimePoint) override {
    if (known == 0) return {Verdict::unknown, {}};
    --known;
    return {};
  }
  Task<void> learn(Key) override {
    known = 2;
    co_return;
  }
  void give_back(const Key&) override { ++known; }
  [[nodiscard]] std::size_t size() const override { return 1; }
  void set_max_keys(std::size_t) override {}
  int known = 0;
};
struct FarStore final : Store {
  std::shared_ptr<FarBuckets> buckets = std::make_shared<FarBuckets>();
  std::shared_ptr<Buckets> open(const Limit& limit) override {
    if (limit.per.has(tool)) return buckets;
    return LocalStore().open(limit);
  }
};

TEST(Limiter, SaysWhenTheStoreHasToBeAsked) {
  FarStore store;
  Limiter limiter(kSeed, store);
  limiter.configure({rate({server}, 3), rate({user, tool}, 10)});
  const auto quiet = [](const Hit&) {};
  const Subject call = Rig::call("alice");
  for (int i = 0; i < 5; ++i) {
    const auto decision = limiter.take(Point::target, call, kStart, quiet);
    EXPECT_EQ(decision.verdict, Verdict::unknown) << "and nothing was taken";
    EXPECT_EQ(decision.rule->buckets, store.buckets);
  }
  store.buckets->known = 10;
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(limiter.take(Point::target, call, kStart, quiet).admitted());
  EXPECT_EQ(limiter.take(Point::target, call, kStart, quiet).rule->limit.id, "server:3/m");
  EXPECT_EQ(store.buckets->known, 7) << "what is asked first refuses first";
}

}  // namespace
}  // namespace gatehouse::ratelimit
