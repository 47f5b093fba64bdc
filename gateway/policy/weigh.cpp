#include "gateway/policy/weigh.hpp"

#include <algorithm>

namespace gatehouse::policy {
namespace {

/// A step-up asks for as little as possible: no new login if a scope will do, then the fewest scopes.
bool is_less_demanding(const Needs& a, const Needs& b) {
  const auto logins = [](const Needs& needs) { return !needs.acr.empty() || needs.max_auth_age.count() != 0; };
  if (logins(a) != logins(b)) return !logins(a);
  return a.scopes.size() < b.scopes.size();
}

void unite(Needs& all, const Needs& more) {
  for (const std::string& scope : more.scopes)
    if (std::ranges::find(all.scopes, scope) == all.scopes.end()) all.scopes.push_back(scope);
  if (all.acr.empty()) all.acr = more.acr;
  if (all.max_auth_age.count() == 0 || (more.max_auth_age.count() != 0 && more.max_auth_age < all.max_auth_age))
    all.max_auth_age = more.max_auth_age;
}

void unite(Then& all, const Then& more) {
  for (const std::string& limit : more.limits)
    if (std::ranges::find(all.limits, limit) == all.limits.end()) all.limits.push_back(limit);
}

/// One layer.
struct LayerVerdict {
  const Rule* denied_by = nullptr;
  const Rule* permitted_by = nullptr;
  const Rule* step_up_by = nullptr;
  bool can_permit = false, can_step_up = false;
  bool lacks_needs = false;  // a rule would surely allow it, if its needs were met
  Needs missing;
  Then then;
};

class Weighing {
 public:
  Weighing(const Policy& policy, const Facts& facts, Tally* tally)
      : policy_(policy), facts_(facts), tally_(tally), trusted_(policy.trusts(facts.item.server)) {}

  LayerVerdict layer(const Candidates& candidates) {
    LayerVerdict verdict;
    for (const std::uint32_t index : candidates.rules) {
      const Rule& rule = policy_.rules()[index];
      const Truth truth = condition(rule, {.subject = facts_.subject,
                                           .item = facts_.item,
                                           .circumstances = facts_.circumstances,
                                           .believes_hints = trusted_ || !rule.allows()});
      if (tally_ && truth == Truth::unknown()) tally_->unknown(index);
      if (rule.source.shadow) {
        if (tally_ && (rule.allows() ? truth == Truth::yes() : !truth.can_be_no())) tally_->shadow(index);
      } else if (!rule.allows()) {
        // Fail closed: a deny rule that cannot be judged applies.
        if (!truth.can_be_no() && !verdict.denied_by) verdict.denied_by = &rule;
      } else if (truth != Truth::no()) {
        allow(rule, truth, verdict);
      }
    }
    if (!verdict.permitted_by && !verdict.lacks_needs && candidates.layer->otherwise == Effect::allow)
      verdict.can_permit = true;
    return verdict;
  }

 private:
  void allow(const Rule& rule, Truth truth, LayerVerdict& verdict) {
    const NeedsState needs = judge_needs(rule.source.needs, facts_.subject, facts_.circumstances);
    // What a rule lets pass under a condition that is not met is not let pass by the default.
    if (!truth.can_be_no() && !needs.can_be_met) verdict.lacks_needs = true;
    if (!truth.can_be_yes()) return;
    if (needs.can_be_met) {
      verdict.can_permit = true;
      if (!verdict.permitted_by) verdict.permitted_by = &rule;
      unite(verdict.then, rule.source.then);
    }
    if (!needs.can_be_unmet || !facts_.subject.can_step_up) return;
    verdict.can_step_up = true;
    if (verdict.step_up_by && !is_less_demanding(needs.missing, verdict.missing)) return;
    verdict.step_up_by = &rule;
    verdict.missing = needs.missing;
  }

  const Policy& policy_;
  const Facts& facts_;
  Tally* tally_;
  bool trusted_;
};

}  // namespace

Weighed weigh(const Policy& policy, std::span<const Candidates> candidates, const Facts& facts, Tally* tally) {
  Weighing weighing(policy, facts, tally);
  Weighed out{.can_permit = true, .can_step_up = true, .decision = {}};
  Decision& decision = out.decision;
  decision.outcome = Outcome::permit;
  bool needs_step_up = false;
  for (const Candidates& layer : candidates) {
    const LayerVerdict verdict = weighing.layer(layer);
    const bool settled_deny = decision.outcome == Outcome::deny;
    if (verdict.denied_by || (!verdict.can_permit && !verdict.can_step_up)) {
      out.can_permit = out.can_step_up = false;
      // What a rule says is worth more to tell than that no rule said anything.
      if (!settled_deny || (verdict.denied_by && !decision.rule))
        decision = {.outcome = Outcome::deny,
                    .reason = verdict.denied_by     ? Reason::rule
                              : verdict.lacks_needs ? Reason::needs
                                                    : Reason::otherwise,
                    .rule = verdict.denied_by};
      continue;
    }
    out.can_step_up = out.can_step_up && (verdict.can_step_up || verdict.can_permit);
    needs_step_up = needs_step_up || verdict.can_step_up;
    out.can_permit = out.can_permit && verdict.can_permit;
    if (settled_deny) continue;
    if (!verdict.can_permit) {
      if (decision.outcome == Outcome::permit) decision.rule = verdict.step_up_by;
      decision.outcome = Outcome::step_up;
      decision.reason = Reason::needs;
      unite(decision.missing, verdict.missing);
    } else {
      if (decision.outcome == Outcome::permit && verdict.permitted_by) {
        if (!decision.rule) decision.rule = verdict.permitted_by;
        decision.reason = Reason::rule;
      }
      unite(decision.then, verdict.then);
    }
  }
  out.can_step_up = out.can_step_up && needs_step_up;
  if (decision.outcome != Outcome::permit) decision.then = {};
  return out;
}

std::string_view to_string(Outcome outcome) {
  switch (outcome) {
    case Outcome::permit: return "permit";
    case Outcome::step_up: return "step_up";
    case Outcome::deny: return "deny";
  }
  return "deny";
}

}  // namespace gatehouse::policy
