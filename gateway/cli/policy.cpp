#include "gateway/cli/policy.hpp"

#include <algorithm>
#include <chrono>
#include <optional>

#include <gatehouse/base/wall_clock.hpp>
#include <gatehouse/json/value.hpp>

#include "gateway/cli/configuration.hpp"
#include "gateway/cli/exit_code.hpp"
#include "gateway/cli/output.hpp"
#include "gateway/cli/table.hpp"
#include "gateway/config/policy_cases.hpp"
#include "gateway/config/policy_file.hpp"
#include "gateway/policy/explain.hpp"
#include "gateway/policy/judge.hpp"
#include "gateway/stages/access.hpp"

namespace gatehouse::cli {
namespace {

using config::PolicyCase;
using config::PolicyCases;
using policy::Decision;
using policy::Item;
using Policy = std::shared_ptr<const policy::Policy>;

Policy load_or_show(const std::string& path) {
  auto loaded = config::load_policy(path);
  if (!loaded) {
    show_problems(loaded.error());
    return nullptr;
  }
  show_warnings(loaded->warnings);
  return loaded->policy;
}

std::optional<PolicyCases> cases_or_show(const std::string& path) {
  auto cases = config::load_policy_cases(path);
  if (cases) return std::move(*cases);
  show_problems(cases.error());
  return std::nullopt;
}

/// permit, step_up, deny or hidden.
std::string outcome_of(const Decision& decision) {
  return decision.visible ? std::string(policy::to_string(decision.outcome)) : "hidden";
}

Decision decide(policy::Judge& judge, const mcp::Principal& who, const PolicyCase& one) {
  policy::Arguments arguments(one.arguments);
  const bool takes_any = one.kind == Item::Kind::tool || one.kind == Item::Kind::prompt;
  const auto now = wall_clock();
  return judge.decide(*judge.profile(who), one.item(),
                      {.arguments = takes_any ? &arguments : nullptr,
                       .address = one.address,
                       .protocol = mcp::to_string(mcp::kLatest),
                       .now = now,
                       .auth_time = who.auth.time});
}

std::string rule_of(const Decision& decision) { return decision.rule ? decision.rule->source.id : std::string(); }

/// Of a list or a call, each thing once.
std::vector<PolicyCase> things(const PolicyCases& cases) {
  std::vector<PolicyCase> out;
  for (const auto* list : {&cases.items, &cases.tests})
    for (const PolicyCase& one : *list) {
      const auto same = [&](const PolicyCase& other) {
        return other.shown() == one.shown() && other.kind == one.kind && other.arguments == one.arguments &&
               other.method == one.method && other.endpoint == one.endpoint;
      };
      if (std::ranges::none_of(out, same)) out.push_back(one);
    }
  return out;
}

std::string problem_of(const PolicyExplainOptions& options) {
  const auto given = {!options.tool.empty(), !options.prompt.empty(), !options.resource.empty()};
  if (std::ranges::count(given, true) != 1) return "name one of --tool, --prompt and --resource";
  if (!config::is_json_object(options.arguments)) return "--args: must be a JSON object, like '{\"amount\": 5}'";
  return {};
}

}  // namespace

int run_policy_check(const PolicyCheckOptions& options) {
  const Policy policy = load_or_show(options.policy);
  if (!policy) return exit_code::kUsage;
  const std::size_t rules = policy->rules().size();
  print(options.policy + ": ok, " + std::to_string(rules) + (rules == 1 ? " rule\n" : " rules\n"));
  return exit_code::kOk;
}

int run_policy_test(const PolicyTestOptions& options) {
  const Policy policy = load_or_show(options.policy);
  const auto cases = cases_or_show(options.cases);
  if (!policy || !cases) return exit_code::kUsage;
  policy::Judge judge(policy);
  std::vector<Row> wrong;
  auto results = json::Value::array();
  for (const PolicyCase& test : cases->tests) {
    const Decision decision = decide(judge, *cases->principals.at(test.who), test);
    const std::string got = outcome_of(decision), rule = rule_of(decision);
    const bool right = got == test.expect && (test.rule.empty() || test.rule == rule);
    results.push(json::Value::object({{"line", test.line},
                                      {"who", test.who},
                                      {"what", test.shown()},
                                      {"expected", test.expect},
                                      {"got", got},
                                      {"rule", rule},
                                      {"ok", right}}));
    if (right) continue;
    wrong.push_back({options.cases + ":" + std::to_string(test.line), test.who, test.shown(), test.arguments,
                     test.expect + (test.rule.empty() ? "" : " by " + test.rule),
                     got + (rule.empty() ? "" : " by " + rule)});
  }
  const std::size_t count = cases->tests.size();
  if (options.json) {
    print(json::Value::object({{"ok", wrong.empty()}, {"tests", std::move(results)}}).pretty() + "\n");
  } else {
    if (!wrong.empty())
      print(table({{"WHERE"}, {"WHO"}, {"WHAT"}, {"ARGUMENTS", 40}, {"EXPECTED"}, {"GOT"}}, wrong, output_style()));
    print(std::to_string(count - wrong.size()) + " of " + std::to_string(count) + " as expected\n");
  }
  return wrong.empty() ? exit_code::kOk : exit_code::kFailed;
}

int run_policy_explain(const PolicyExplainOptions& options) {
  if (const std::string problem = problem_of(options); !problem.empty()) {
    complain(problem);
    return exit_code::kUsage;
  }
  const Policy policy = load_or_show(options.policy);
  const auto cases = cases_or_show(options.cases);
  if (!policy || !cases) return exit_code::kUsage;
  const auto who = cases->principals.find(options.who);
  if (who == cases->principals.end()) {
    complain("'" + options.who + "' is none of the principals in " + options.cases);
    return exit_code::kUsage;
  }
  PolicyCase one{.who = options.who, .server = options.server, .name = options.tool, .endpoint = options.endpoint};
  if (!options.prompt.empty()) one.kind = Item::Kind::prompt, one.name = options.prompt;
  if (!options.resource.empty()) one.kind = Item::Kind::resource, one.name = options.resource;
  one.method = stages::use_method(one.kind);
  policy::Arguments arguments(options.arguments);
  const auto now = wall_clock();
  const auto explained =
      policy::explain(policy, *who->second, one.item(), {.arguments = &arguments, .address = one.address, .now = now});
  const Decision& decision = explained.decision;
  print(options.who + ", " + one.shown() + ": " + outcome_of(decision) +
        (decision.rule ? " by rule " + decision.rule->source.id : std::string()) +
        (decision.note.empty() ? std::string() : "\n" + decision.note) + "\n");
  for (const std::string& scope : decision.missing.scopes) print("missing scope: " + scope + "\n");
  std::vector<Row> rows;
  for (const auto& finding : explained.findings)
    rows.push_back(
        {finding.applies ? "*" : " ", finding.rule->source.id, finding.rule->allows() ? "allow" : "deny", finding.why});
  print(table({{" "}, {"RULE"}, {"EFFECT"}, {"WHY"}}, rows, output_style()));
  return exit_code::kOk;
}

int run_policy_diff(const PolicyDiffOptions& options) {
  const Policy before = load_or_show(options.before), after = load_or_show(options.after);
  const auto cases = cases_or_show(options.cases);
  if (!before || !after || !cases) return exit_code::kUsage;
  policy::Judge old_judge(before), new_judge(after);
  std::vector<Row> rows;
  auto changes = json::Value::array();
  for (const auto& [name, who] : cases->principals)
    for (const PolicyCase& one : things(*cases)) {
      const Decision was = decide(old_judge, *who, one), is = decide(new_judge, *who, one);
      if (outcome_of(was) == outcome_of(is)) continue;
      rows.push_back({name, one.shown(), one.arguments, outcome_of(was), outcome_of(is), rule_of(is)});
      changes.push(json::Value::object({{"who", name},
                                        {"what", one.shown()},
                                        {"arguments", one.arguments},
                                        {"before", outcome_of(was)},
                                        {"after", outcome_of(is)},
                                        {"rule", rule_of(is)}}));
    }
  if (options.json) {
    print(json::Value::object({{"changes", std::move(changes)}}).pretty() + "\n");
  } else {
    print(rows.empty()
              ? "no difference for these principals\n"
              : table({{"WHO"}, {"WHAT"}, {"ARGUMENTS", 40}, {"BEFORE"}, {"AFTER"}, {"RULE"}}, rows, output_style()));
  }
  return exit_code::kOk;
}

}  // namespace gatehouse::cli
