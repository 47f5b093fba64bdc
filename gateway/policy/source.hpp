#pragma once
#include <chrono>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

/// A policy as it was written. Lists that are empty were not given and say nothing.
namespace gatehouse::policy {

using Texts = std::vector<std::string>;

enum class Effect : std::uint8_t { allow, deny };
/// Who is shown what he could call after one more login or with one more scope.
enum class ShowStepUp : std::uint8_t { humans, everyone, nobody };

/// All given dimensions have to match; in each of them any value suffices. Globs, but for kinds and networks.
struct Who {
  Texts roles, scopes, groups, tenants, kinds, clients, issuers, subjects, keys, networks;
  bool operator==(const Who&) const = default;
};

/// As Who. `tools`, `prompts`, `resources` and `templates` are one dimension: what kind of thing it is, and which.
struct What {
  Texts methods, endpoints, servers, tools, prompts, resources, templates;
  std::vector<std::pair<std::string, std::string>> annotations;  ///< Name and `true` or `false`.
  bool operator==(const What&) const = default;
};

/// What a caller may still obtain: missing ones make him log in again.
struct Needs {
  Texts scopes;
  Texts acr;                                  ///< Any of them.
  std::chrono::milliseconds max_auth_age{0};  ///< 0: any.
  [[nodiscard]] bool empty() const { return scopes.empty() && acr.empty() && max_auth_age.count() == 0; }
  bool operator==(const Needs&) const = default;
};

/// What a permit obliges to.
struct Then {
  Texts limits;       ///< Ids of limits that count the call, beside those that count every call.
  std::string audit;  ///< Refused, as `redact`: nothing is recorded of what calls contain.
  Texts redact;
  [[nodiscard]] bool empty() const { return limits.empty() && audit.empty() && redact.empty(); }
  bool operator==(const Then&) const = default;
};

struct RuleSource {
  std::string id;
  Effect effect = Effect::allow;
  bool shadow = false;  ///< Evaluated and counted, not enforced.
  Who who;
  What what;
  Needs needs;
  std::string when;
  Then then;
  bool operator==(const RuleSource&) const = default;
};

/// Narrows what the rules above it allow, for some tenants, servers or endpoints.
struct LayerSource {
  std::string id;
  Texts tenants, servers, endpoints;
  Effect otherwise = Effect::deny;  ///< When no rule of the layer applies.
  std::vector<RuleSource> rules;
  bool operator==(const LayerSource&) const = default;
};

/// Gives roles to principals by what their issuer says, or by the role of their API key.
struct RoleMapping {
  std::string issuer;  ///< Glob; empty: any.
  std::string claim;   ///< `groups`, or a name in the claims.
  Texts any_of;
  std::string api_key_role;
  Texts grant;
  bool operator==(const RoleMapping&) const = default;
};

struct PolicySource {
  std::string file;  ///< Where it stands, if not where it is configured.
  Effect otherwise = Effect::deny;
  std::vector<std::pair<std::string, Texts>> scope_hierarchy;  ///< A scope and what it includes.
  std::vector<RoleMapping> role_mapping;
  Texts trusted_servers;  ///< Globs. What these say about their tools may allow something, too.
  ShowStepUp show_step_up = ShowStepUp::humans;
  bool expose_rule_ids = false;
  std::vector<RuleSource> rules;
  std::vector<LayerSource> layers;
  bool operator==(const PolicySource&) const = default;
};

}  // namespace gatehouse::policy
