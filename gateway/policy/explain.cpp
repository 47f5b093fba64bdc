#include "gateway/policy/explain.hpp"

#include <algorithm>

#include "gateway/policy/judge.hpp"

namespace gatehouse::policy {
namespace {

std::string listed(const Texts& texts) {
  std::string out;
  for (const std::string& text : texts) out += (out.empty() ? "" : ", ") + text;
  return out.empty() ? "none" : out;
}

std::string misfit(std::string_view what, const Texts& wanted, const std::string& has) {
  return std::string(what) + ": wants " + listed(wanted) + "; is " + (has.empty() ? "unknown" : has);
}

/// The first dimension of `who` that does not match; empty if all do.
std::string who_misfit(const Rule& rule, const Subject& subject) {
  const Who& who = rule.source.who;
  const auto one = [](const Globs& globs, const std::string& text) { return globs.empty() || globs.match(text); };
  if (!rule.roles.empty() && !rule.roles.match_any(subject.roles))
    return misfit("roles", who.roles, listed(subject.roles));
  if (!rule.scopes.empty() && !rule.scopes.match_any(subject.scopes))
    return misfit("scopes", who.scopes, listed(subject.scopes));
  if (!rule.groups.empty() && !rule.groups.match_any(subject.groups))
    return misfit("groups", who.groups, listed(subject.groups));
  if (!one(rule.tenants, subject.tenant)) return misfit("tenant", who.tenants, "'" + subject.tenant + "'");
  if (!who.kinds.empty() && (rule.kinds & (1U << static_cast<unsigned>(subject.kind))) == 0)
    return misfit("kind", who.kinds, std::string(mcp::to_string(subject.kind)));
  if (!one(rule.clients, subject.client)) return misfit("client", who.clients, subject.client);
  if (!one(rule.issuers, subject.issuer)) return misfit("issuer", who.issuers, subject.issuer);
  if (!one(rule.subjects, subject.subject)) return misfit("subject", who.subjects, subject.subject);
  return matches_who(rule, subject) ? std::string() : misfit("key", who.keys, subject.client);
}

std::string what_misfit(const Rule& rule, const Item& item, bool trusted) {
  const What& what = rule.source.what;
  const auto one = [](const Globs& globs, std::string_view text) { return globs.empty() || globs.match(text); };
  if (!one(rule.methods, item.method)) return misfit("method", what.methods, std::string(item.method));
  if (!one(rule.endpoints, item.endpoint)) return misfit("endpoint", what.endpoints, std::string(item.endpoint));
  if (!one(rule.servers, item.server)) return misfit("server", what.servers, std::string(item.server));
  if (!matches_place(rule, item)) return "is about another kind of thing";
  if (matches_name(rule, item, trusted)) return {};
  if (rule.names_items && !rule.names[static_cast<std::size_t>(item.kind) - 1]->match(item.name)) {
    const Texts* const names[] = {&what.tools, &what.prompts, &what.resources, &what.templates};
    return misfit("name", *names[static_cast<std::size_t>(item.kind) - 1], std::string(item.name));
  }
  return rule.allows() && !trusted ? "annotations: the server is not in trusted_servers"
                                   : "annotations: the tool says something else";
}

std::string missing_text(const Needs& missing) {
  std::string out = "needs";
  if (!missing.scopes.empty()) out += " scopes " + listed(missing.scopes);
  if (!missing.acr.empty()) out += " acr " + listed(missing.acr);
  if (missing.max_auth_age.count() != 0) out += " a newer login";
  return out;
}

class Explainer {
 public:
  Explainer(const Policy& policy, const Facts& facts) : facts_(facts), trusted_(policy.trusts(facts.item.server)) {}

  Finding find(const Rule& rule) {
    std::string why = who_misfit(rule, facts_.subject);
    if (why.empty()) why = what_misfit(rule, facts_.item, trusted_);
    if (!why.empty()) return {&rule, false, std::move(why)};
    Facts facts = facts_;
    facts.believes_hints = trusted_ || !rule.allows();
    const Truth truth = condition(rule, facts);
    const bool applies = rule.allows() ? truth == Truth::yes() : !truth.can_be_no();
    if (truth == Truth::no()) return {&rule, false, rule.when ? "when: is false" : "network: another one"};
    if (truth == Truth::unknown())
      return {&rule, applies, applies ? "applies, because its condition is unknown" : "when: is unknown"};
    const NeedsState needs = judge_needs(rule.source.needs, facts_.subject, facts_.circumstances);
    if (!needs.can_be_met) return {&rule, false, missing_text(needs.missing)};
    return {&rule, applies, rule.source.shadow ? "would apply, but is a shadow rule" : "applies"};
  }

 private:
  const Facts& facts_;
  bool trusted_;
};

}  // namespace

Explanation explain(const std::shared_ptr<const Policy>& policy, const mcp::Principal& principal, const Item& item,
                    const Circumstances& circumstances) {
  Judge judge(policy);
  const auto profile = judge.profile(principal);
  Explanation out{.decision = judge.decide(*profile, item, circumstances), .findings = {}};
  const Subject& subject = profile->subject();
  const Facts facts{.subject = subject, .item = item, .circumstances = circumstances};
  Explainer explainer(*policy, facts);
  for (const Layer& layer : policy->layers()) {
    if (!layer.applies_to(subject.tenant, item.server, item.endpoint)) continue;
    for (const std::uint32_t rule : layer.rules) out.findings.push_back(explainer.find(policy->rules()[rule]));
  }
  return out;
}

}  // namespace gatehouse::policy
