#include "gateway/policy/judge.hpp"

#include <gtest/gtest.h>

namespace gatehouse::policy {
namespace {

mcp::Principal human(Texts roles, Texts scopes = {}) {
  mcp::Principal out;
  out.key =
      "https://idp\x1f"
      "alice";
  out.issuer = "https://idp";
  out.subject = "alice";
  out.kind = mcp::PrincipalKind::human;
  out.tenant = "acme";
  out.auth.method = "jwt";
  out.roles = std::move(roles);
  out.scopes = std::move(scopes);
  out.can_step_up = true;
  return out;
}

mcp::Principal api_key(Texts roles, Texts scopes = {}) {
  mcp::Principal out = human(std::move(roles), std::move(scopes));
  out.kind = mcp::PrincipalKind::service;
  out.auth.method = "api_key";
  out.client_id = "ci";
  out.can_step_up = false;
  return out;
}

Item tool(std::string_view server, std::string_view name, mcp::ToolHints hints = {}) {
  return {.kind = Item::Kind::tool,
          .method = "tools/call",
          .endpoint = "/mcp",
          .server = server,
          .name = name,
          .hints = hints};
}

RuleSource allow(std::string id) { return {.id = std::move(id)}; }
RuleSource deny(std::string id) { return {.id = std::move(id), .effect = Effect::deny}; }

struct Bench {
  explicit Bench(PolicySource source) : judge(*Policy::compile(std::move(source))) {}
  Decision decide(const mcp::Principal& who, const Item& item, std::string_view args = "{}",
                  std::string_view address = "10.0.0.1") {
    Arguments arguments(args);
    return judge.decide(*judge.profile(who), item,
                        {.arguments = &arguments, .address = address, .now = now, .auth_time = who.auth.time});
  }
  Judge judge;
  WallTime now{std::chrono::seconds(1'000'000)};
};

/// The example of the manual.
PolicySource finance() {
  PolicySource source;
  source.scope_hierarchy = {{"finance.post", {"finance.read"}}};
  RuleSource read = allow("fin-read");
  read.who.roles = {"analyst"};
  read.what.servers = {"finance-*"};
  read.what.tools = {"ledger_get_*"};
  read.needs.scopes = {"finance.read"};
  RuleSource post = allow("post-small");
  post.who.roles = {"analyst"};
  post.what.servers = {"finance-core"};
  post.what.tools = {"ledger_post"};
  post.needs.scopes = {"finance.read", "finance.post"};
  post.when = R"(args.amount <= 1000 && args.currency in ["EUR", "USD"])";
  post.then = {.limits = {"posts"}};
  RuleSource robots = deny("no-destructive-robots");
  robots.who.kinds = {"service", "workload"};
  robots.what.annotations = {{"destructiveHint", "true"}};
  source.rules = {read, post, robots};
  return source;
}

TEST(Judge, PermitsWhatARuleAllows) {
  Bench bench(finance());
  const auto got = bench.decide(human({"analyst"}, {"finance.read"}), tool("finance-core", "ledger_get_entry"));
  EXPECT_EQ(got.outcome, Outcome::permit);
  EXPECT_EQ(got.rule->source.id, "fin-read");
  EXPECT_TRUE(got.visible);
}

TEST(Judge, DeniesWhatNoRuleAllowsAndHidesIt) {
  Bench bench(finance());
  for (const Item& item : {tool("finance-core", "ledger_delete"), tool("crm", "ledger_get_entry")}) {
    const auto got = bench.decide(human({"analyst"}, {"finance.read"}), item);
    EXPECT_EQ(got.outcome, Outcome::deny);
    EXPECT_EQ(got.reason, Reason::otherwise);
    EXPECT_FALSE(got.visible);
  }
  EXPECT_FALSE(bench.decide(human({"guest"}), tool("finance-core", "ledger_get_entry")).visible);
}

// T51: names that no server has are made up by callers, and every pattern is looked for in them.
TEST(Judge, T51LooksForNoPatternInNamesWithoutEnd) {
  PolicySource source;
  source.otherwise = Effect::allow;
  for (int i = 0; i < 200; ++i) {
    source.rules.push_back(deny("d" + std::to_string(i)));
    source.rules.back().what.tools = {"*" + std::string(400, 'a') + "b*" + std::to_string(i)};
  }
  Bench bench(std::move(source));
  const std::string longest(Judge::kMaxName, 'x'), endless(4u << 20, 'a');
  EXPECT_EQ(bench.decide(human({}), tool("crm", longest)).outcome, Outcome::permit);
  const auto begin = std::chrono::steady_clock::now();
  for (const std::string& name : {longest + "x", endless}) {
    const auto got = bench.decide(human({}), tool("crm", name));
    EXPECT_EQ(got.outcome, Outcome::deny);
    EXPECT_FALSE(got.visible);
    EXPECT_FALSE(bench.judge.shows(*bench.judge.profile(human({})), tool("crm", name)));
  }
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(200));
}

TEST(Judge, AsksForAllMissingScopesAtOnce) {
  Bench bench(finance());
  const auto got =
      bench.decide(human({"analyst"}), tool("finance-core", "ledger_post"), R"({"amount":5,"currency":"EUR"})");
  EXPECT_EQ(got.outcome, Outcome::step_up);
  EXPECT_EQ(got.missing.scopes, (Texts{"finance.read", "finance.post"}));
  EXPECT_TRUE(got.visible);
}

TEST(Judge, CountsABroaderScopeForANarrowerOne) {
  Bench bench(finance());
  EXPECT_EQ(bench.decide(human({"analyst"}, {"finance.post"}), tool("finance-core", "ledger_get_entry")).outcome,
            Outcome::permit);
}

TEST(Judge, DeniesVisiblyWhatTheArgumentsRuleOut) {
  Bench bench(finance());
  const auto who = human({"analyst"}, {"finance.post"});
  EXPECT_EQ(bench.decide(who, tool("finance-core", "ledger_post"), R"({"amount":1000,"currency":"EUR"})").outcome,
            Outcome::permit);
  for (const char* args : {R"({"amount":1001,"currency":"EUR"})", R"({"amount":"1","currency":"EUR"})", "{}",
                           R"({"amount":1e2,"currency":"EUR"})"}) {
    const auto got = bench.decide(who, tool("finance-core", "ledger_post"), args);
    EXPECT_EQ(got.outcome, Outcome::deny) << args;
    EXPECT_TRUE(got.visible);
  }
  const auto twice =
      bench.decide(who, tool("finance-core", "ledger_post"), R"({"amount":1,"amount":9999,"currency":"EUR"})");
  EXPECT_EQ(twice.reason, Reason::arguments);
  EXPECT_NE(twice.note, "");
}

TEST(Judge, ReadsArgumentsOnlyForRulesThatLookAtThem) {
  Bench bench(finance());
  Arguments arguments(R"({"a":1,"a":2})");
  const auto profile = bench.judge.profile(human({"analyst"}, {"finance.read"}));
  const auto& got =
      bench.judge.decide(*profile, tool("finance-core", "ledger_get_x"), {.arguments = &arguments, .now = bench.now});
  EXPECT_EQ(got.outcome, Outcome::permit);
  EXPECT_EQ(arguments.refusal(), "") << "nobody looked";
}

TEST(Judge, LetsADenyRuleWinAndBelievesWarningsOnly) {
  PolicySource source = finance();
  RuleSource everything = allow("robots-may-read");
  everything.who.kinds = {"service"};
  source.rules.push_back(everything);
  RuleSource safe = allow("safe-for-all");
  safe.what.annotations = {{"readOnlyHint", "true"}};
  source.rules.push_back(safe);
  Bench bench(source);
  const auto robot = api_key({});
  EXPECT_EQ(bench.decide(robot, tool("crm", "x", {.read_only = true, .destructive = false})).outcome, Outcome::permit);
  const auto got = bench.decide(robot, tool("crm", "x"));
  EXPECT_EQ(got.outcome, Outcome::deny) << "destructive is what a tool is that says nothing";
  EXPECT_EQ(got.rule->source.id, "no-destructive-robots");
  EXPECT_EQ(bench.decide(human({}), tool("crm", "x", {.read_only = true})).outcome, Outcome::deny)
      << "a server cannot open its own door";
  source.trusted_servers = {"crm"};
  EXPECT_EQ(Bench(source).decide(human({}), tool("crm", "x", {.read_only = true})).outcome, Outcome::permit);
}

TEST(Judge, DoesNotShowKeysWhatTheyCannotCall) {
  Bench bench(finance());
  mcp::ToolHints safe{.read_only = true, .destructive = false};
  const Item item = tool("finance-core", "ledger_get_entry", safe);
  EXPECT_TRUE(bench.decide(api_key({"analyst"}, {"finance.read"}), item).visible);
  const auto got = bench.decide(api_key({"analyst"}), item);
  EXPECT_EQ(got.outcome, Outcome::deny);
  EXPECT_FALSE(got.visible);
  EXPECT_TRUE(bench.decide(human({"analyst"}), item).visible);
  PolicySource shy = finance();
  shy.show_step_up = ShowStepUp::nobody;
  EXPECT_FALSE(Bench(shy).decide(human({"analyst"}), item).visible);
}

TEST(Judge, AsksForAFreshOrStrongerLogin) {
  PolicySource source;
  RuleSource rule = allow("careful");
  rule.needs.acr = {"mfa"};
  rule.needs.max_auth_age = std::chrono::hours(8);
  source.rules = {rule};
  Bench bench(source);
  auto who = human({});
  auto got = bench.decide(who, tool("a", "b"));
  EXPECT_EQ(got.outcome, Outcome::step_up);
  EXPECT_EQ(got.missing.acr, Texts{"mfa"});
  EXPECT_EQ(got.missing.max_auth_age, std::chrono::hours(8));
  who.auth.acr = "mfa";
  who.auth.time = bench.now - std::chrono::hours(8);
  EXPECT_EQ(bench.decide(who, tool("a", "b")).outcome, Outcome::permit);
  bench.now += std::chrono::seconds(1);
  got = bench.decide(who, tool("a", "b"));
  EXPECT_EQ(got.outcome, Outcome::step_up);
  EXPECT_TRUE(got.missing.acr.empty());
}

TEST(Judge, AppliesADenyRuleThatItCannotJudge) {
  PolicySource source;
  RuleSource blocked = deny("no-externals");
  blocked.when = R"(principal.claims.employment != "internal")";
  source.rules = {allow("all"), blocked};
  Bench bench(source);
  EXPECT_EQ(bench.decide(human({}), tool("a", "b")).outcome, Outcome::deny) << "the claim is missing";
  EXPECT_EQ(bench.judge.rule_counts()[1].unknown, 1U);
  auto who = human({});
  who.claims.set("employment", json::Value("internal"));
  EXPECT_EQ(bench.decide(who, tool("a", "b")).outcome, Outcome::permit);
}

TEST(Judge, NarrowsByLayers) {
  PolicySource source;
  source.rules = {allow("all")};
  RuleSource reads = allow("only-reads");
  reads.what.tools = {"get_*"};
  source.layers = {{.id = "umbrella", .tenants = {"umbrella"}, .rules = {reads}}};
  Bench bench(source);
  EXPECT_EQ(bench.decide(human({}), tool("a", "del")).outcome, Outcome::permit);
  auto other = human({});
  other.tenant = "umbrella";
  EXPECT_EQ(bench.decide(other, tool("a", "del")).outcome, Outcome::deny);
  EXPECT_EQ(bench.decide(other, tool("a", "get_x")).outcome, Outcome::permit);
  source.rules = {deny("nothing")};
  EXPECT_EQ(Bench(source).decide(other, tool("a", "get_x")).outcome, Outcome::deny) << "a layer opens nothing";
}

TEST(Judge, KeepsWithinTheCeilingsOfTheCredential) {
  PolicySource source;
  source.rules = {allow("all")};
  Bench bench(source);
  auto key = api_key({});
  key.ceilings.tools = {"crm.get_*"};
  EXPECT_EQ(bench.decide(key, tool("crm", "get_x")).outcome, Outcome::permit);
  const auto got = bench.decide(key, tool("crm", "del"));
  EXPECT_EQ(got.reason, Reason::ceiling);
  EXPECT_FALSE(got.visible);
  key.ceilings = {.tools = {}, .endpoints = {"/other"}};
  EXPECT_EQ(bench.decide(key, tool("crm", "get_x")).reason, Reason::ceiling);
}

TEST(Judge, OnlyCountsShadowRules) {
  PolicySource source;
  RuleSource planned = deny("planned");
  planned.shadow = true;
  planned.what.tools = {"del"};
  source.rules = {allow("all"), planned};
  Bench bench(source);
  EXPECT_EQ(bench.decide(human({}), tool("a", "del")).outcome, Outcome::permit);
  EXPECT_EQ(bench.decide(human({}), tool("a", "del")).outcome, Outcome::permit);
  EXPECT_EQ(bench.decide(human({}), tool("a", "get")).outcome, Outcome::permit);
  EXPECT_EQ(bench.judge.rule_counts()[1].shadow, 2U);
  EXPECT_EQ(bench.judge.rule_counts()[0].decided, 3U);
}

TEST(Judge, MapsGroupsToRolesAndNothingElse) {
  PolicySource source;
  source.role_mapping = {{.issuer = "https://idp", .claim = "groups", .any_of = {"fin-analysts"}, .grant = {"analyst"}},
                         {.claim = "department", .any_of = {"it"}, .grant = {"admin"}},
                         {.api_key_role = "ci", .grant = {"automation"}}};
  RuleSource rule = allow("analysts");
  rule.who.roles = {"analyst", "admin", "automation"};
  source.rules = {rule};
  Bench bench(source);
  auto who = human({});
  who.groups = {"analyst"};
  EXPECT_EQ(bench.decide(who, tool("a", "b")).outcome, Outcome::deny) << "a group is no role";
  who.groups = {"fin-analysts"};
  EXPECT_EQ(bench.decide(who, tool("a", "b")).outcome, Outcome::permit);
  who.issuer = "https://other";
  EXPECT_EQ(bench.decide(who, tool("a", "b")).outcome, Outcome::deny);
  who.claims.set("department", json::Value::array({"it"}));
  EXPECT_EQ(bench.decide(who, tool("a", "b")).outcome, Outcome::permit);
  EXPECT_EQ(bench.decide(api_key({"ci"}), tool("a", "b")).outcome, Outcome::permit);
  EXPECT_EQ(bench.decide(human({"ci"}), tool("a", "b")).outcome, Outcome::deny) << "it is no API key";
}

TEST(Judge, RulesNameGroups) {
  PolicySource source;
  RuleSource mine = allow("mine"), theirs = deny("theirs");
  mine.who = {.groups = {"fin-*"}, .issuers = {"https://idp"}};
  theirs.who.groups = {"fin-guests"};
  source.rules = {mine, theirs};
  Bench bench(source);
  mcp::Principal who = human({});
  who.issuer = "https://idp";
  EXPECT_EQ(bench.decide(who, tool("a", "b")).outcome, Outcome::deny) << "has no groups";
  who.groups = {"it", "fin-analysts"};
  EXPECT_EQ(bench.decide(who, tool("a", "b")).outcome, Outcome::permit);
  who.groups.push_back("fin-guests");
  EXPECT_EQ(bench.decide(who, tool("a", "b")).outcome, Outcome::deny);
  who.groups = {"fin-analysts"};
  who.issuer = "https://other";
  EXPECT_EQ(bench.decide(who, tool("a", "b")).outcome, Outcome::deny) << "another issuer's group of that name";
  who.issuer = "https://idp";
  who.groups = {};
  who.roles = {"fin-analysts"};
  EXPECT_EQ(bench.decide(who, tool("a", "b")).outcome, Outcome::deny) << "a role is no group";
}

TEST(Judge, ConditionsReadGroups) {
  PolicySource source;
  RuleSource one = allow("one");
  one.when = R"("ops" in principal.groups)";
  source.rules = {one};
  Bench bench(source);
  mcp::Principal who = human({});
  EXPECT_EQ(bench.decide(who, tool("a", "b")).outcome, Outcome::deny);
  who.groups = {"ops"};
  EXPECT_EQ(bench.decide(who, tool("a", "b")).outcome, Outcome::permit);
}

TEST(Judge, UnitesObligations) {
  PolicySource source;
  RuleSource a = allow("a"), b = allow("b");
  a.then = {.limits = {"slow"}};
  b.then = {.limits = {"costly", "slow"}};
  source.rules = {a, b};
  const auto got = Bench(source).decide(human({}), tool("a", "b"));
  EXPECT_EQ(got.then, (Then{.limits = {"slow", "costly"}}));
}

TEST(Judge, LooksAtNetworks) {
  PolicySource source;
  RuleSource office = allow("office");
  office.who.networks = {"10.0.0.0/8", "2001:db8::/32"};
  source.rules = {office};
  Bench bench(source);
  EXPECT_EQ(bench.decide(human({}), tool("a", "b"), "{}", "10.9.9.9").outcome, Outcome::permit);
  EXPECT_EQ(bench.decide(human({}), tool("a", "b"), "{}", "2001:db8::1").outcome, Outcome::permit);
  EXPECT_EQ(bench.decide(human({}), tool("a", "b"), "{}", "11.0.0.1").outcome, Outcome::deny);
  EXPECT_EQ(bench.decide(human({}), tool("a", "b"), "{}", "").outcome, Outcome::deny) << "a pipe has no address";
  EXPECT_TRUE(bench.decide(human({}), tool("a", "b"), "{}", "11.0.0.1").visible) << "lists do not depend on where from";
}

TEST(Judge, OpensMethodsWithoutAnObjectUnlessARuleNamesThem) {
  PolicySource source;
  RuleSource no_level = deny("no-level");
  no_level.what.methods = {"logging/*"};
  source.rules = {no_level};
  Bench bench(source);
  const auto ask = [&](std::string_view method) {
    return bench.decide(human({}), {.method = method, .endpoint = "/mcp"}).outcome;
  };
  EXPECT_EQ(ask("subscriptions/listen"), Outcome::permit);
  EXPECT_EQ(ask("logging/setLevel"), Outcome::deny);
}

TEST(Judge, SharesProfilesAmongThoseTheRulesCannotTellApart) {
  Bench bench(finance());
  auto bob = human({"analyst"});
  bob.subject = "bob";
  bob.groups = {"whatever"};
  EXPECT_EQ(bench.judge.profile(human({"analyst"})), bench.judge.profile(bob));
  EXPECT_NE(bench.judge.profile(human({"guest"})), bench.judge.profile(bob));
}

TEST(Judge, ForgetsWithinItsBounds) {
  PolicySource source;
  RuleSource one = allow("one");
  one.who.subjects = {"user-7*"};
  source.rules = {one};
  Judge judge(*Policy::compile(source), {.max_profiles = 10, .max_cases = 20});
  for (int round = 0; round < 3; ++round)
    for (int i = 0; i < 100; ++i) {
      auto who = human({});
      who.subject = "user-" + std::to_string(i);
      const auto profile = judge.profile(who);
      for (int t = 0; t < 5; ++t) {
        const std::string name = "tool-" + std::to_string(i * 5 + t);
        const bool permitted = judge.decide(*profile, tool("a", name), {.now = WallTime()}).outcome == Outcome::permit;
        EXPECT_EQ(permitted, who.subject.starts_with("user-7"));
      }
      EXPECT_LE(judge.remembered_profiles(), 10U);
      EXPECT_LE(judge.remembered_cases(), 20U);
    }
}

}  // namespace
}  // namespace gatehouse::policy
