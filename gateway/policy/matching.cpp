#include "gateway/policy/matching.hpp"

#include <algorithm>

#include <gatehouse/base/wildcard.hpp>

namespace gatehouse::policy {
namespace {

bool said_and_matches(const Globs& globs, std::string_view text) {
  return globs.empty() || (!text.empty() && globs.match(text));
}

bool annotation(const mcp::ToolHints& hints, Field field) {
  if (field == Field::tool_read_only) return hints.read_only;
  if (field == Field::tool_destructive) return hints.destructive;
  return field == Field::tool_idempotent ? hints.idempotent : hints.open_world;
}

Truth in_networks(const Rule& rule, const Circumstances& circumstances) {
  if (rule.networks.empty()) return Truth::yes();
  if (circumstances.is_open()) return Truth::open();
  const auto address = IpAddress::parse(circumstances.address);
  if (!address) return Truth::unknown();
  return Truth::of(std::ranges::any_of(rule.networks, [&](const AddressRange& n) { return n.contains(*address); }));
}

}  // namespace

bool matches_who(const Rule& rule, const Subject& subject) {
  const bool by_key =
      rule.keys.empty() || (subject.method == kApiKeyMethod && said_and_matches(rule.keys, subject.client));
  return by_key && (rule.kinds == 0 || (rule.kinds & (1U << static_cast<unsigned>(subject.kind))) != 0) &&
         (rule.roles.empty() || rule.roles.match_any(subject.roles)) &&
         (rule.scopes.empty() || rule.scopes.match_any(subject.scopes)) &&
         (rule.groups.empty() || rule.groups.match_any(subject.groups)) &&
         (rule.tenants.empty() || rule.tenants.match(subject.tenant)) &&
         said_and_matches(rule.clients, subject.client) && said_and_matches(rule.issuers, subject.issuer) &&
         said_and_matches(rule.subjects, subject.subject);
}

bool matches_place(const Rule& rule, const Item& item) {
  if (!rule.methods.empty() && !rule.methods.match(item.method)) return false;
  if (!rule.endpoints.empty() && !rule.endpoints.match(item.endpoint)) return false;
  if (!rule.servers.empty() && !rule.servers.match(item.server)) return false;
  if (!rule.annotations.empty() && item.kind != Item::Kind::tool) return false;
  return !rule.names_items || rule.names[static_cast<std::size_t>(item.kind) - 1].has_value();
}

bool matches_name(const Rule& rule, const Item& item, bool trusted) {
  if (rule.names_items && !rule.names[static_cast<std::size_t>(item.kind) - 1]->match(item.name)) return false;
  if (rule.annotations.empty()) return true;
  if (rule.allows() && !trusted) return false;
  return std::ranges::all_of(rule.annotations,
                             [&](const auto& wanted) { return annotation(item.hints, wanted.first) == wanted.second; });
}

Truth condition(const Rule& rule, const Facts& facts) {
  const Truth near = in_networks(rule, facts.circumstances);
  if (!rule.when || near == Truth::no()) return near;
  return near && rule.when->evaluate(facts);
}

NeedsState judge_needs(const Needs& needs, const Subject& subject, const Circumstances& circumstances) {
  NeedsState state;
  for (const std::string& scope : needs.scopes)
    if (std::ranges::find(subject.scopes, scope) == subject.scopes.end()) state.missing.scopes.push_back(scope);
  if (!needs.acr.empty() && std::ranges::find(needs.acr, subject.acr) == needs.acr.end()) state.missing.acr = needs.acr;
  bool age_is_open = false;
  if (needs.max_auth_age.count() != 0) {
    age_is_open = circumstances.is_open();
    const bool fresh =
        !age_is_open && circumstances.auth_time && *circumstances.now - *circumstances.auth_time <= needs.max_auth_age;
    if (!fresh && !age_is_open) state.missing.max_auth_age = needs.max_auth_age;
  }
  state.can_be_met = state.missing.empty();
  state.can_be_unmet = !state.missing.empty() || age_is_open;
  return state;
}

bool is_within_ceilings(const Subject& subject, const Item& item) {
  const auto within = [](const Texts& globs, std::string_view text) {
    return globs.empty() || matches_any_wildcards(globs, text);
  };
  if (!within(subject.endpoint_ceiling, item.endpoint)) return false;
  if (item.kind == Item::Kind::none || subject.tool_ceiling.empty()) return true;
  // A credential that is limited to some tools opens nothing else.
  if (item.kind != Item::Kind::tool) return false;
  return within(subject.tool_ceiling, std::string(item.server) + "." + std::string(item.name));
}

bool shows_step_up(const Policy& policy, const Subject& subject) {
  if (!subject.can_step_up) return false;
  switch (policy.source().show_step_up) {
    case ShowStepUp::humans: return subject.kind == mcp::PrincipalKind::human;
    case ShowStepUp::everyone: return true;
    case ShowStepUp::nobody: return false;
  }
  return false;
}

}  // namespace gatehouse::policy
