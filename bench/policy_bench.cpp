// What does a policy cost a call, with ten rules and with a thousand? And a list of ten thousand tools?
#include <benchmark/benchmark.h>

#include "gateway/policy/judge.hpp"

namespace {

using namespace gatehouse;
using namespace gatehouse::policy;

/// `count` rules about other people and other things, and one that applies.
PolicySource rules(std::int64_t count, std::string when) {
  PolicySource source;
  for (std::int64_t i = 0; i + 1 < count; ++i) {
    const std::string n = std::to_string(i);
    RuleSource rule{.id = "rule-" + n, .effect = i % 5 == 0 ? Effect::deny : Effect::allow};
    rule.who.roles = {i % 2 == 0 ? "reader" : "role-" + n};
    rule.what.servers = {"server-" + std::to_string(i % 50)};
    rule.what.tools = {"tool_" + n + "_*"};
    if (i % 3 == 0) rule.when = "args.amount <= 1000";
    source.rules.push_back(std::move(rule));
  }
  source.rules.push_back({.id = "mine",
                          .who = {.roles = {"reader"}},
                          .what = {.servers = {"jira"}, .tools = {"get_*"}},
                          .when = std::move(when)});
  return source;
}

std::shared_ptr<mcp::Principal> somebody() {
  auto out = std::make_shared<mcp::Principal>();
  out->kind = mcp::PrincipalKind::human;
  out->roles = {"reader"};
  return out;
}

constexpr Item kItem{
    .kind = Item::Kind::tool, .method = "tools/call", .endpoint = "/mcp", .server = "jira", .name = "get_issue"};

void decide(benchmark::State& state, std::string when) {
  Judge judge(*Policy::compile(rules(state.range(0), std::move(when))));
  const auto profile = judge.profile(*somebody());
  for (auto _ : state) {
    Arguments arguments(R"({"amount":5,"currency":"EUR","text":"a longer text that has to be read as well"})");
    const Decision& decision = judge.decide(
        *profile, kItem, {.arguments = &arguments, .address = "10.0.0.1", .now = WallTime(std::chrono::seconds(1))});
    if (decision.outcome != Outcome::permit) state.SkipWithError("it was refused");
  }
}
BENCHMARK_CAPTURE(decide, plain, "")->Arg(10)->Arg(1000);
BENCHMARK_CAPTURE(decide, by_arguments, R"(args.amount <= 1000 && args.currency in ["EUR", "USD"])")->Arg(10)->Arg(1000);

void list_ten_thousand(benchmark::State& state) {
  Judge judge(*Policy::compile(rules(state.range(0), "")));
  const auto profile = judge.profile(*somebody());
  std::vector<std::string> names;
  for (int i = 0; i < 10'000; ++i) names.push_back((i % 2 ? "get_" : "set_") + std::to_string(i));
  for (auto _ : state) {
    std::size_t shown = 0;
    for (const std::string& name : names) {
      Item item = kItem;
      item.name = name;
      shown += judge.shows(*profile, item);
    }
    if (shown != names.size() / 2) state.SkipWithError("the wrong ones are shown");
  }
}
BENCHMARK(list_ten_thousand)->Arg(10)->Arg(1000)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
