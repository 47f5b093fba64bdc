#include "gateway/config/policy_file.hpp"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "gateway/config/policy_cases.hpp"

namespace gatehouse::config {
namespace {

class PolicyFile : public testing::Test {
 protected:
  PolicyFile() { std::filesystem::create_directories(folder_); }
  ~PolicyFile() override { std::filesystem::remove_all(folder_); }
  std::string write(const std::string& name, const std::string& text) {
    std::ofstream(folder_ + name) << text;
    return folder_ + name;
  }
  [[nodiscard]] std::string without_folder(std::string text) const {
    for (auto at = text.find(folder_); at != text.npos; at = text.find(folder_)) text.erase(at, folder_.size());
    return text;
  }
  [[nodiscard]] std::string all(const Problems& problems) const {
    std::string out;
    for (const Problem& problem : problems) out += without_folder(problem.str()) + "\n";
    return out;
  }

 private:
  const std::string folder_ = testing::TempDir() + "policy_file_" + std::to_string(::getpid()) + "/";
};

TEST_F(PolicyFile, TellsProblemsOfRulesWhereTheyStand) {
  const auto loaded = load_text(R"(
servers: { a: { command: x } }
policy:
  rules:
    - id: one
      effect: forbid
    - id: two
      when: 'args.a = 1'
      who: { kinds: [robot], rolls: [x] }
)",
                                "gatehouse.yaml");
  ASSERT_FALSE(loaded);
  EXPECT_EQ(all(loaded.error()), R"(gatehouse.yaml:6: policy.rules[0].effect: 'forbid' is none of allow or deny
gatehouse.yaml:9: policy.rules[1].who.rolls: unknown key; did you mean 'roles'?
)");
}

// A template that filled in nobody must not let in everybody.
TEST_F(PolicyFile, AnEmptyListIsNotTakenForNone) {
  const auto loaded = load_text(R"(
servers: { a: { command: x } }
auth:
  issuers: [{ issuer: https://idp.example, clients: [] }]
policy:
  rules:
    - { id: one, who: { roles: [] }, what: { tools: [pay] } }
    - { id: two, what: { servers: [a], annotations: {} } }
    - { id: three, needs: { scopes: [] } }
)",
                                "gatehouse.yaml");
  ASSERT_FALSE(loaded);
  const std::string why = ": is empty, which would be as if it was not there; name something, or leave it out\n";
  EXPECT_EQ(all(loaded.error()), "gatehouse.yaml:4: auth.issuers[0].clients" + why +
                                     "gatehouse.yaml:7: policy.rules[0].who.roles" + why +
                                     "gatehouse.yaml:8: policy.rules[1].what.annotations" + why +
                                     "gatehouse.yaml:9: policy.rules[2].needs.scopes" + why);
}

TEST_F(PolicyFile, TellsProblemsOfMeaningWhereTheyStand) {
  const auto loaded = load_text(R"(
servers: { a: { command: x } }
policy:
  rules:
    - id: two
      when: 'args.a = 1'
    - id: two
      who: { kinds: [robot] }
      needs:
        scopes: ["a b"]
)",
                                "gatehouse.yaml");
  ASSERT_FALSE(loaded);
  EXPECT_EQ(all(loaded.error()),
            R"(gatehouse.yaml:6: policy.rules[0].when: column 8: '=' means nothing here; equality is '=='
gatehouse.yaml:7: policy.rules[1].id: 'two' is the id of another rule, too
gatehouse.yaml:8: policy.rules[1].who.kinds[0]: is none of human, service, workload, local, anonymous
gatehouse.yaml:10: policy.rules[1].needs.scopes[0]: is no scope: printable ASCII without spaces, " and \
)");
}

TEST_F(PolicyFile, ObligationsThatNobodyWouldFulfilAreRefused) {
  const auto loaded = load_text(R"(
servers: { a: { command: x } }
limits:
  - { id: usual, per: user, rate: 5/m }
  - { id: posts, per: user, rate: 5/m, class: rule }
  - { per: user, rate: 5/m, class: rule }
policy:
  rules:
    - id: a
      then: { audit: full, redact: [pii] }
    - { id: b, then: { limits: posts } }
    - id: c
      then: { limits: usual }
    - id: d
      then: { limits: [posts, nowhere] }
)",
                                "a.yaml");
  ASSERT_FALSE(loaded);
  const std::string problems = all(loaded.error());
  EXPECT_NE(problems.find("a.yaml:6: limits.rates[2].id: is missing"), problems.npos) << problems;
  EXPECT_NE(problems.find("policy.rules[2].then.limits: 'usual' is the id of no limit with 'class: rule'"), problems.npos)
      << problems;
  EXPECT_NE(problems.find("policy.rules[3].then.limits: 'nowhere' is the id of no limit"), problems.npos) << problems;
  EXPECT_EQ(problems.find("'posts'"), problems.npos) << problems;
  EXPECT_NE(problems.find("policy.rules[0].then.audit: cannot be enforced"), problems.npos) << problems;
  EXPECT_NE(problems.find("policy.rules[0].then.redact: cannot be enforced"), problems.npos) << problems;
}

TEST_F(PolicyFile, ALimitThatNoRuleNamesIsToldOf) {
  const auto loaded = load_text(
      "servers: { a: { command: x } }\nlimits: [{ id: posts, per: user, rate: 5/m, class: rule }]\n", "a.yaml");
  ASSERT_TRUE(loaded) << all(loaded.error());
  EXPECT_NE(all(loaded->warnings).find("a.yaml:2: limits.rates[0]: counts nothing"), std::string::npos)
      << all(loaded->warnings);
}

TEST_F(PolicyFile, NamesLimitsOfTheConfiguration) {
  write("policy.yaml", "rules: [{ id: r, then: { limits: slow } }]\n");
  const std::string around = "servers: { a: { command: x } }\npolicy: { file: policy.yaml }\n";
  const auto without = load_file(write("gatehouse.yaml", around));
  ASSERT_FALSE(without);
  EXPECT_NE(all(without.error()).find("policy.file: rule 'r': then.limits: 'slow' is the id of no limit"),
            std::string::npos)
      << all(without.error());
  const auto with =
      load_file(write("gatehouse.yaml", around + "limits: [{ id: slow, per: user, rate: 5/m, class: rule }]\n"));
  EXPECT_TRUE(with) << all(with.error());
}

TEST_F(PolicyFile, MayStandByItself) {
  write("policy.yaml", "default: allow\nrules:\n  - { id: a, effect: deny, what: { tools: [x] } }\n");
  const auto loaded =
      load_file(write("gatehouse.yaml", "servers: { a: { command: x } }\npolicy: { file: policy.yaml }\n"));
  ASSERT_TRUE(loaded) << all(loaded.error());
  ASSERT_TRUE(loaded->config.policy);
  EXPECT_EQ(loaded->config.policy->otherwise, policy::Effect::allow);
  EXPECT_EQ(loaded->config.policy->rules.size(), 1U);
  EXPECT_TRUE(std::ranges::any_of(loaded->files, [](const std::string& f) { return f.ends_with("/policy.yaml"); }))
      << "a change of it is a change of the configuration";
}

TEST_F(PolicyFile, TellsItsProblemsUnderItsOwnName) {
  write("policy.yaml", "rules:\n  - id: a\n    when: '1'\n");
  const auto loaded =
      load_file(write("gatehouse.yaml", "servers: { a: { command: x } }\npolicy: { file: policy.yaml }\n"));
  ASSERT_FALSE(loaded);
  EXPECT_EQ(all(loaded.error()),
            "policy.yaml:3: rules[0].when: column 1: a rule needs a condition, something that is true or false\n");
}

TEST_F(PolicyFile, IsAllThereIs) {
  write("policy.yaml", "rules: []\nfile: other.yaml\n");
  const auto loaded = load_file(
      write("gatehouse.yaml", "servers: { a: { command: x } }\npolicy:\n  file: policy.yaml\n  default: allow\n"));
  ASSERT_FALSE(loaded);
  const std::string problems = all(loaded.error());
  EXPECT_NE(problems.find("gatehouse.yaml:3: policy.file: has all of the policy"), problems.npos) << problems;
  EXPECT_NE(problems.find("policy.yaml:2: file: a policy file does not refer to another one"), problems.npos);
  const auto missing =
      load_file(write("missing.yaml", "servers: { a: { command: x } }\npolicy: { file: nowhere.yaml }\n"));
  ASSERT_FALSE(missing);
  EXPECT_NE(all(missing.error()).find("nowhere.yaml' cannot be read"), std::string::npos) << all(missing.error());
}

TEST_F(PolicyFile, IsPrintedAndReadAgain) {
  const std::string text = R"(servers: { a: { command: x } }
limits: [{ id: posts, per: user, rate: 5/m, class: rule }]
policy:
  default: allow
  scope_hierarchy: { admin: [write, read] }
  role_mapping: [{ claim: groups, any_of: [g], grant: [r] }]
  trusted_servers: ["a*"]
  rules:
    - id: one
      effect: deny
      shadow: true
      who: { roles: [r], groups: [g], networks: [10.0.0.0/8] }
      what: { tools: ["get_*"], annotations: { destructiveHint: true } }
      when: 'args.x.matches(r"a$${b}") && args.y == "\"#: {"'
    - id: two
      needs: { scopes: [s], acr: [mfa], max_auth_age: 8h }
      then: { limits: [posts] }
  layers:
    - { id: l, servers: [a], default: deny, rules: [{ id: three }] }
)";
  const auto loaded = load_text(text, "a.yaml");
  ASSERT_TRUE(loaded) << all(loaded.error());
  const std::string printed = to_yaml(loaded->config);
  const auto again = load_text(printed, "b.yaml");
  ASSERT_TRUE(again) << all(again.error()) << printed;
  EXPECT_EQ(again->config.policy, loaded->config.policy) << printed;
}

TEST_F(PolicyFile, IsRecognisedBesideConfigurations) {
  const auto own = load_policy(write("policy.yaml", "rules: [{ id: a }]\n"));
  ASSERT_TRUE(own) << all(own.error());
  EXPECT_EQ(own->policy->rules().size(), 1U);
  const auto inside = load_policy(
      write("gatehouse.yaml", "servers: { a: { command: x } }\npolicy: { rules: [{ id: a }, { id: b }] }\n"));
  ASSERT_TRUE(inside) << all(inside.error());
  EXPECT_EQ(inside->policy->rules().size(), 2U);
  EXPECT_FALSE(load_policy(write("none.yaml", "servers: { a: { command: x } }\n")));
  EXPECT_FALSE(load_policy(write("bad.yaml", "rules: [\n")));
}

TEST_F(PolicyFile, IsMissedWhereThereAreKeys) {
  const std::string keys = "servers: { a: { command: x } }\nauth: { api_keys: { file: keys.yaml } }\n";
  const auto loaded = load_text(keys, "a.yaml");
  ASSERT_TRUE(loaded) << all(loaded.error());
  EXPECT_NE(all(loaded->warnings).find("a.yaml:2: auth: there is no 'policy', so nobody may do anything"),
            std::string::npos);
  const auto with = load_text(keys + "policy: { default: allow }\n", "a.yaml");
  ASSERT_TRUE(with);
  EXPECT_TRUE(with->warnings.empty()) << all(with->warnings);
}

TEST_F(PolicyFile, WarnsOfWhatIsHardlyMeant) {
  const auto loaded = load_text("servers: { a: { command: x } }\npolicy: { rules: [] }\n", "a.yaml");
  ASSERT_TRUE(loaded);
  EXPECT_EQ(all(loaded->warnings), "a.yaml:2: policy: has no rules and denies everything\n");
}

TEST_F(PolicyFile, WarnsOfNamesThatNothingHas) {
  const std::string begin = "servers: { crm: { command: x } }\n";
  const std::string rules =
      "rules:\n  - { id: a, effect: deny, what: { servers: [cmr, 'c*'], endpoints: [/mpc], methods: [tool/call] } }\n"
      "layers:\n  - { id: l, servers: [crm, old], rules: [{ id: b }] }\n";
  const std::string expected =
      R"(policy.yaml:2: rules[0].what.methods[0]: 'tool/call' is no method of MCP, like tools/call
policy.yaml:2: rules[0].what.servers[0]: 'cmr' is no server in this configuration
policy.yaml:2: rules[0].what.endpoints[0]: '/mpc' is the path of no endpoint in this configuration
policy.yaml:4: layers[0].servers[1]: 'old' is no server in this configuration
)";
  const std::string path = write("policy.yaml", rules);
  const auto beside = load_text(begin + "policy: { file: " + path + " }\n", "a.yaml");
  ASSERT_TRUE(beside) << all(beside.error());
  EXPECT_EQ(all(beside->warnings), expected);
  const auto alone = load_policy(path);
  ASSERT_TRUE(alone) << all(alone.error());
  EXPECT_EQ(all(alone->warnings), expected.substr(0, expected.find('\n') + 1)) << "servers are known elsewhere";
}

TEST(PolicyCases, TellWhatIsWrongInThem) {
  const auto cases = read_policy_cases(R"(principals:
  alice: { kind: robot, surprise: 1 }
tests:
  - { who: bob, server: a, tool: b, expect: maybe }
  - { who: alice, tool: b, expect: deny }
  - { who: alice, server: a, tool: b, args_json: '{"a": 1', expect: deny }
  - { who: alice, server: a, tool: b, args: [1], expect: deny }
  - { who: alice, server: a, tool: b, args: { a: 1 }, args_json: '{"a":1,"a":2}', expect: deny }
  - { who: alice, server: a, tool: b, annotations: { readOnly: true, openWorldHint: yes }, expect: deny }
)",
                                       "cases.yaml");
  ASSERT_FALSE(cases);
  std::string problems;
  for (const Problem& problem : cases.error()) problems += problem.str() + "\n";
  EXPECT_EQ(problems, R"(cases.yaml:2: principals.alice.kind: is none of human, service, workload, local, anonymous
cases.yaml:2: principals.alice.surprise: unknown key
cases.yaml:5: tests[1]: needs 'server' and one of 'tool', 'prompt', 'resource', 'template'
cases.yaml:6: tests[2].args_json: must be a JSON object
cases.yaml:7: tests[3].args: must be a JSON object
cases.yaml:8: tests[4]: has both 'args' and 'args_json'
cases.yaml:9: tests[5].annotations.readOnly: unknown key
cases.yaml:9: tests[5].annotations.openWorldHint: is neither true nor false
cases.yaml:4: who: 'bob' is none of the principals
cases.yaml:4: expect: 'maybe' is none of permit, step_up, deny, hidden
)");
}

TEST(PolicyCases, ReadArgumentsAsYamlMeansThem) {
  const auto cases = read_policy_cases(R"(principals: { a: {} }
tests:
  - { who: a, server: s, tool: t, args: { i: 1, d: 1.5, t: "1", f: true, n: null, l: [x, 2], m: { k: v } }, expect: deny }
)",
                                       "cases.yaml");
  ASSERT_TRUE(cases);
  EXPECT_EQ(cases->tests[0].arguments, R"({"i":1,"d":1.5,"t":"1","f":true,"n":null,"l":["x",2],"m":{"k":"v"}})");
}

}  // namespace
}  // namespace gatehouse::config
