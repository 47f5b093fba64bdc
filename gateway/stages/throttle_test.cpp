#include "gateway/stages/throttle.hpp"

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <gatehouse/base/broadcast.hpp>
#include <gatehouse/base/log.hpp>
#include <gatehouse/json/value.hpp>

#include "tests/support/asker.hpp"

namespace gatehouse::stages {
namespace {

using ratelimit::Dimension;
using enum Dimension;
constexpr ratelimit::Seed kSeed{5};
constexpr TimePoint kStart{std::chrono::hours(1)};

ratelimit::Limit rate(ratelimit::Dimensions per, std::uint64_t count, std::vector<std::string> match = {}) {
  ratelimit::Limit limit;
  limit.per = per;
  limit.match = std::move(match);
  limit.rate = {count, Milliseconds{60'000}};
  limit.id = ratelimit::default_id(limit);
  return limit;
}

/// Between the two stages: finds the server, and refuses what is forbidden.
struct Checks {
  static constexpr std::string_view kName = "checks";
  upstream::Upstream& server;
  explicit Checks(upstream::Upstream& one) : server(one) {}
  Task<mcp::Reply> handle(Call& call, Next next) {
    const std::string_view name = call.in.request.params.name;
    if (name == "forbidden") return refuse(Kind::denied);
    if (name == "scope") return refuse(Kind::insufficient_scope);
    call.server = &server;
    call.target.local = name;
    if (name == "report") call.then = std::make_shared<const policy::Then>(policy::Then{.limits = {"reports"}});
    return next(call);
  }
  static Task<mcp::Reply> refuse(Kind kind) { co_return fail(kind, Origin::client, "no"); }
};

struct Answers {
  static constexpr std::string_view kName = "answers";
  Broadcast* hold;
  explicit Answers(Broadcast* until) : hold(until) {}
  Task<mcp::Reply> handle(Call&, Next) {
    if (hold) co_await hold->wait();
    co_return mcp::Answer::of("{}");
  }
};

struct Scene final : mcp::Events {
  explicit Scene(std::vector<ratelimit::Limit> limits, Broadcast* hold = nullptr) {
    limiter.configure(std::move(limits));
    pipeline.add<Throttle>(limiter);
    pipeline.add<Checks>(*server);
    pipeline.add<ThrottleTarget>(limiter);
    pipeline.add<Answers>(hold);
  }
  void notify(std::string_view, const json::Splice&) override {}
  Task<mcp::Reply> ask(std::string_view, const json::Splice&, Cancel&) override {
    co_return fail(Kind::not_bridgeable, Origin::client, "no");
  }

  static Task<mcp::Reply> run(Scene& s, std::string user, std::string tool) {
    mcp::Principal who;
    who.key = std::move(user);
    const mcp::Client client{.who = &who};
    const test::ClientMessage message = test::request("tools/call", R"({"name":")" + tool + R"(","arguments":{}})");
    const mcp::Call in{*message, client, s, s.cancel, s.now};
    Call call{.in = in, .routes = s.routes};
    mcp::Reply reply = co_await s.pipeline(call);
    co_return reply;
  }
  /// "ok", else the kind and data of the error, without its name.
  static std::string said(const mcp::Reply& reply) {
    if (reply) return "ok";
    const Error& error = reply.error();
    if (error.data.empty()) return std::string(to_string(error.kind));
    auto data = json::parse(error.data).value();
    data.erase("requestId");
    return std::string(to_string(error.kind)) + " " + data.str();
  }
  std::string outcome(const std::string& user, const std::string& tool = "search") {
    return said(test::finish(run(*this, user, tool)));
  }
  int ok(const std::string& user, const std::string& tool, int calls) {
    int count = 0;
    for (int i = 0; i < calls; ++i) count += outcome(user, tool) == "ok";
    return count;
  }

  net::Loop loop;
  net::HttpClient http{loop, {}};
  bridge::QuestionOptions questions;
  asking::RootsCache roots;
  asking::Means means{loop, questions, roots};
  std::shared_ptr<upstream::Upstream> server = std::make_shared<upstream::Upstream>(
      upstream::Environment{
          .loop = loop, .http = http, .implementation = {}, .via = {}, .find_session = {}, .means = means, .changed = {}},
      upstream::Options{.name = "jira", .command = "jira"});
  catalog::LinkIndex links;
  Routes routes{.endpoint = "/mcp", .servers = {}, .view = nullptr, .log = {}, .links = links};
  ratelimit::LocalStore store;
  ratelimit::Limiter limiter{kSeed, store};
  Pipeline pipeline;
  Cancel cancel;
  TimePoint now = kStart;
};

TEST(Throttle, WithoutLimitsLetsEverythingThrough) {
  Scene s({});
  EXPECT_EQ(s.ok("alice", "search", 1'000), 1'000);
}

// RS-37
TEST(Throttle, SaysWhichLimitWhoseAndHowLong) {
  Scene s({rate({user}, 2)});
  EXPECT_EQ(s.ok("alice", "search", 2), 2);
  EXPECT_EQ(s.outcome("alice"),
            R"(throttled {"limit":"user:2/m","scope":"user","quota":2,"windowMs":60000,"retryAfterMs":30000})");
  s.now += std::chrono::microseconds(29'500'500);
  EXPECT_EQ(s.outcome("alice"),
            R"(throttled {"limit":"user:2/m","scope":"user","quota":2,"windowMs":60000,"retryAfterMs":500})");
  const auto reply = test::finish(Scene::run(s, "alice", "search"));
  EXPECT_EQ(reply.error().retry.after, Milliseconds{500});
  EXPECT_EQ(reply.error().message, "Too many requests: the limit \"user:2/m\" is reached; try again in 1 s.");
  s.now += Milliseconds{500};
  EXPECT_EQ(s.outcome("alice"), "ok");
}

TEST(Throttle, CountsWhatARuleObligesTo) {
  ratelimit::Limit reports = rate({user}, 1);
  reports.group = ratelimit::Group::rule;
  reports.id = "reports";
  Scene s({reports, rate({user}, 10)});
  EXPECT_EQ(s.ok("alice", "search", 3), 3);
  EXPECT_EQ(s.outcome("alice", "report"), "ok");
  EXPECT_EQ(s.outcome("alice", "report"),
            R"(throttled {"limit":"reports","scope":"user","quota":1,"windowMs":60000,"retryAfterMs":60000})");
  EXPECT_EQ(s.outcome("bob", "report"), "ok");
  EXPECT_EQ(s.ok("alice", "search", 100), 6) << "what was refused cost nothing";
}

TEST(Throttle, AThousandUsersGetExactlyTheirsInAnyOrder) {
  std::mt19937 random(1);  // NOLINT: the same numbers each time
  std::vector<int> calls;
  for (int who = 0; who < 1'000; ++who) calls.insert(calls.end(), 110, who);
  std::ranges::shuffle(calls, random);
  Scene s({rate({user}, 100), rate({tool}, 1'000'000)});
  std::vector<int> admitted(1'000), asked(1'000);
  for (const int who : calls) {
    const bool ok = s.outcome("user-" + std::to_string(who)) == "ok";
    ASSERT_EQ(ok, asked[static_cast<std::size_t>(who)]++ < 100);
    admitted[static_cast<std::size_t>(who)] += ok;
  }
  EXPECT_EQ(std::ranges::count(admitted, 100), 1'000);
}

TEST(Throttle, NobodyUsesUpWhatHeMayNotUse) {
  Scene s({rate({user}, 5), rate({tool}, 3, {"jira.forbidden", "jira.search"})});
  EXPECT_EQ(s.outcome("mallory", "forbidden"), "denied");
  EXPECT_EQ(s.ok("mallory", "forbidden", 100), 0);
  EXPECT_TRUE(s.outcome("mallory", "forbidden").starts_with("throttled")) << "he pays from his own";
  EXPECT_EQ(s.ok("alice", "search", 3), 3);
}

TEST(Throttle, WhatATargetsLimitRefusesCostsItsSenderNothing) {
  Scene s({rate({user}, 10), rate({tool}, 2, {"jira.create"})});
  EXPECT_EQ(s.ok("alice", "create", 50), 2);
  EXPECT_EQ(
      s.outcome("alice", "create"),
      R"(throttled {"limit":"tool:jira.create:2/m","scope":"tool","quota":2,"windowMs":60000,"retryAfterMs":30000})");
  EXPECT_EQ(s.ok("alice", "search", 50), 8);
}

TEST(Throttle, RequestsForMoreRightsHaveTheirOwnLimit) {
  ratelimit::Limit step_up = rate({user}, 2);
  step_up.group = ratelimit::Group::step_up;
  step_up.id = "step-up";
  Scene s({step_up});
  EXPECT_EQ(s.outcome("alice", "scope"), "insufficient_scope");
  EXPECT_EQ(s.outcome("alice", "scope"), "insufficient_scope");
  EXPECT_TRUE(s.outcome("alice", "scope").starts_with(R"(throttled {"limit":"step-up")"));
  EXPECT_EQ(s.ok("alice", "search", 10), 10);
}

TEST(Throttle, CallsAtATimeEndWithTheirAnswer) {
  ratelimit::Limit two;
  two.per = {user};
  two.concurrency = 2;
  two.id = "two";
  Broadcast hold;
  Scene s({two, rate({user}, 100)}, &hold);
  std::vector<std::string> outcomes;
  TaskGroup group;
  const auto begin = [&] {
    group.spawn([](Scene& scene, std::vector<std::string>& out) -> Task<void> {
      const auto reply = co_await Scene::run(scene, "alice", "search");
      out.push_back(Scene::said(reply));
    }(s, outcomes));
  };
  for (int i = 0; i < 3; ++i) begin();
  EXPECT_EQ(outcomes,
            (std::vector<std::string>{R"(throttled {"limit":"two","scope":"user","quota":2,"retryAfterMs":1000})"}));
  hold.notify_all();
  net::run(s.loop, group.join());
  begin();
  EXPECT_EQ(group.running(), 1u) << "there is room again";
  hold.notify_all();
  net::run(s.loop, group.join());
  EXPECT_EQ(outcomes.size(), 4u);
}

/// Names in the log's lines about limits; "-": a line without one.
std::vector<std::string> told;
struct LogCapture {
  LogCapture() {
    told.clear();
    log::set_sink(
        [](log::Level, std::string_view, std::initializer_list<log::Field> fields) {
          const auto* const name = std::ranges::find(fields, "request_id", &log::Field::name);
          told.emplace_back(name == fields.end() ? "-" : name->value);
        },
        log::Level::info);
  }
  ~LogCapture() { log::set_sink(nullptr, log::Level::off); }
};

// RS-34
TEST(Throttle, NamesTheRefusalThatALineIsAbout) {
  const LogCapture capture;
  ratelimit::Limit watched = rate({user}, 1);
  watched.mode = ratelimit::Mode::observe;
  Scene s({watched, rate({user}, 2), rate({tool}, 2, {"jira.create"})});
  EXPECT_EQ(s.ok("alice", "search", 2), 2);
  EXPECT_EQ(told, (std::vector<std::string>{"-"})) << "what is let through has no name";
  for (const auto& [who, tool] : {std::pair("alice", "search"), std::pair("bob", "create")}) {
    EXPECT_EQ(s.ok(std::string("another for ") + tool, tool, 2), 2) << "of what is everybody's";
    told.clear();
    const auto first = test::finish(Scene::run(s, who, tool));
    ASSERT_FALSE(told.empty());
    EXPECT_EQ(json::parse(first.error().data)->text("requestId"), told.back());
    EXPECT_EQ(told.back().size(), 16u);
  }
  told.clear();
  const auto second = test::finish(Scene::run(s, "alice", "search"));
  EXPECT_EQ(told.size(), 0u) << "one line a minute";
  EXPECT_EQ(json::parse(second.error().data)->text("requestId").size(), 16u) << "the line of the call has it";
}

TEST(Throttle, ObservingRefusesNothing) {
  ratelimit::Limit watched = rate({user}, 1);
  watched.mode = ratelimit::Mode::observe;
  Scene s({watched});
  EXPECT_EQ(s.ok("alice", "search", 10), 10);
  EXPECT_EQ(s.limiter.rules()[0]->observed, 9u);
}

/// Tokens that another instance has to be asked for.
class FarBuckets final : public ratelimit::Buckets {
 public:
  ratelimit::Taken take(const ratelimit::Key&, TimePoint) override {
    if (left == 0) return {ratelimit::Verdict::refused, Milliseconds{5}};
    if (leased == 0) return {ratelimit::Verdict::unknown, {}};
    --leased, --left;
    return {};
  }
  Task<void> learn(ratelimit::Key) override {
    ++asked;
    leased = 2;
    co_return;
  }
  void give_back(const ratelimit::Key&) override { ++leased, ++left; }
  [[nodiscard]] std::size_t size() const override { return 0; }
  void set_max_keys(std::size_t) override {}
  int left = 5, leased = 0, asked = 0;
};
struct FarStore final : ratelimit::Store {
  std::shared_ptr<FarBuckets> buckets = std::make_shared<FarBuckets>();
  std::shared_ptr<ratelimit::Buckets> open(const ratelimit::Limit&) override { return buckets; }
};

TEST(Throttle, AsksASharedStoreOnlyWhenItHasTo) {
  for (const ratelimit::Dimensions per : {ratelimit::Dimensions{user}, ratelimit::Dimensions{user, server}}) {
    FarStore far;
    Scene s({});
    ratelimit::Limiter limiter(kSeed, far);
    limiter.configure({rate(per, 1)});
    s.pipeline = {};
    s.pipeline.add<Throttle>(limiter);
    s.pipeline.add<Checks>(*s.server);
    s.pipeline.add<ThrottleTarget>(limiter);
    s.pipeline.add<Answers>(nullptr);
    EXPECT_EQ(s.ok("alice", "search", 20), 5);
    EXPECT_EQ(far.buckets->asked, 3);
  }
}

}  // namespace
}  // namespace gatehouse::stages
