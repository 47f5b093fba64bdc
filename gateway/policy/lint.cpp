// What is right but hardly meant.
#include <algorithm>

#include <gatehouse/base/wildcard.hpp>
#include <gatehouse/mcp/methods.hpp>

#include "gateway/policy/matching.hpp"

namespace gatehouse::policy {
namespace {

bool is_unconditional(const Rule& rule) { return rule.source.who == Who{} && rule.source.what == What{} && !rule.when; }

/// The condition with everything open that differs between callers or calls.
bool can_ever_be_true(const Expression& expression) {
  const Subject nobody;
  const Item item{.kind = Item::Kind::tool};
  const Circumstances open;
  const Truth truth = expression.evaluate({.subject = nobody, .item = item, .circumstances = open});
  const Reads& reads = expression.reads();
  return truth != Truth::no() || reads.fields != 0;
}

void lint_trust(const Policy& policy, const Rule& rule, std::vector<PolicyProblem>& out) {
  const bool in_what = !rule.source.what.annotations.empty();
  const bool in_when = rule.when && rule.when->reads().hints();
  if (!rule.allows() || (!in_what && !in_when) || !policy.source().trusted_servers.empty()) return;
  out.push_back({rule.key + (in_what ? ".what.annotations" : ".when"),
                 "never applies: what a server says about its tools opens nothing, unless it is in 'trusted_servers'"});
}

bool fits_a_method(std::string_view pattern) {
  for (auto method = mcp::Method::other; method != mcp::Method::tasks_update;) {
    method = static_cast<mcp::Method>(static_cast<std::uint8_t>(method) + 1);
    if (matches_wildcards(pattern, mcp::to_string(method))) return true;
  }
  return false;
}

void lint_methods(const Rule& rule, std::vector<PolicyProblem>& out) {
  const Texts& methods = rule.source.what.methods;
  for (std::size_t i = 0; i < methods.size(); ++i)
    if (!fits_a_method(methods[i]))
      out.push_back({rule.key + ".what.methods[" + std::to_string(i) + "]",
                     "'" + methods[i] + "' is no method of MCP, like tools/call"});
}

}  // namespace

std::vector<PolicyProblem> lint(const Policy& policy) {
  std::vector<PolicyProblem> out;
  const auto total = std::ranges::find_if(policy.rules(), [](const Rule& rule) {
    return !rule.allows() && !rule.source.shadow && is_unconditional(rule) && rule.key.starts_with("rules[");
  });
  for (const Rule& rule : policy.rules()) {
    lint_trust(policy, rule, out);
    lint_methods(rule, out);
    if (rule.when && !can_ever_be_true(*rule.when)) out.push_back({rule.key + ".when", "is never true"});
    if (total != policy.rules().end() && rule.allows())
      out.push_back({rule.key, "can never apply: rule '" + total->source.id + "' denies everything"});
  }
  if (policy.rules().empty() && policy.source().otherwise == Effect::deny)
    out.push_back({"", "has no rules and denies everything"});
  return out;
}

}  // namespace gatehouse::policy
