#include "gateway/policy/policy.hpp"

#include <gtest/gtest.h>

namespace gatehouse::policy {
namespace {

std::string problems(PolicySource source) {
  const auto policy = Policy::compile(std::move(source));
  std::string out;
  if (!policy)
    for (const PolicyProblem& problem : policy.error()) out += problem.key + ": " + problem.message + "\n";
  return out;
}

TEST(Policy, TellsAllProblemsWithTheirPlaces) {
  PolicySource source;
  RuleSource bad{.id = "a", .effect = Effect::deny};
  bad.who.kinds = {"robot"};
  bad.who.networks = {"10.0.0.1/8"};
  bad.what.tools = {""};
  bad.what.annotations = {{"danger", "true"}};
  bad.needs.scopes = {"a b"};
  bad.when = "args.a ==\n  principal.rolls";
  source.rules = {bad, {.id = "a"}, {}};
  source.layers = {{.rules = {{.id = "x", .when = "1 +"}}}};
  source.role_mapping = {{.claim = "groups"}};
  source.scope_hierarchy = {{"a", {"b"}}, {"a", {"c"}}};
  EXPECT_EQ(problems(source), R"(scope_hierarchy.a: stands here twice
role_mapping[0].any_of: is empty; list the values that grant the roles
role_mapping[0].grant: is empty; list the roles
rules[0].who.kinds[0]: is none of human, service, workload, local, anonymous
rules[0].who.networks[0]: is no network like 10.0.0.0/8 or 2001:db8::/32
rules[0].what.tools[0]: is empty; it would match nothing
rules[0].what.annotations.danger: is none of readOnlyHint, destructiveHint, idempotentHint, openWorldHint
rules[0].needs: belongs to allow rules; a deny rule says with 'who' and 'when' whom it means
rules[0].needs.scopes[0]: is no scope: printable ASCII without spaces, " and \
rules[0].when: line 2, column 13: 'principal' has no 'rolls'; there is: subject, issuer, kind, tenant, client, roles, groups, scopes, acr, amr, method, claims
rules[1].id: 'a' is the id of another rule, too
rules[2]: needs an 'id': it is what people and records call the rule
layers[0]: needs 'tenants', 'servers' or 'endpoints'; what is for everybody belongs to 'rules'
layers[0].rules[0].when: column 4: expected a value
)");
}

TEST(Policy, HasTheSameEpochAsAnEqualOneOnly) {
  PolicySource one;
  one.rules = {{.id = "a", .what = {.tools = {"x", "y"}}}};
  PolicySource other = one;
  EXPECT_EQ((*Policy::compile(one))->epoch(), (*Policy::compile(other))->epoch());
  other.rules[0].what.tools = {"x,y"};
  EXPECT_NE((*Policy::compile(one))->epoch(), (*Policy::compile(other))->epoch());
}

TEST(Policy, ExpandsScopesThroughTheHierarchyEvenIfItIsACircle) {
  PolicySource source;
  source.scope_hierarchy = {{"admin", {"write", "audit"}}, {"write", {"read"}}, {"read", {"write"}}};
  const auto policy = *Policy::compile(source);
  EXPECT_EQ(policy->expanded({"admin"}), (Texts{"admin", "audit", "read", "write"}));
  EXPECT_EQ(policy->expanded({"other"}), Texts{"other"});
}

TEST(Policy, LintsWhatIsHardlyMeant) {
  PolicySource source;
  source.rules = {{.id = "trusting", .what = {.annotations = {{"readOnlyHint", "true"}}}},
                  {.id = "never", .effect = Effect::deny, .when = "false && args.x == 1"},
                  {.id = "all", .effect = Effect::deny},
                  {.id = "late"}};
  std::string out;
  for (const PolicyProblem& problem : lint(**Policy::compile(source)))
    out += problem.key + ": " + problem.message + "\n";
  EXPECT_NE(out.find("rules[0].what.annotations: "), out.npos) << out;
  EXPECT_NE(out.find("rules[1].when: is never true"), out.npos) << out;
  EXPECT_NE(out.find("rules[3]: can never apply: rule 'all' denies everything"), out.npos) << out;
}

}  // namespace
}  // namespace gatehouse::policy
