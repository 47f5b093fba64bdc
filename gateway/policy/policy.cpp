#include "gateway/policy/policy.hpp"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <array>
#include <set>

#include "gateway/policy/canonical_text.hpp"

namespace gatehouse::policy {
namespace {

constexpr std::size_t kMaxGlobBytes = 512;
constexpr std::array kKinds = {mcp::PrincipalKind::human, mcp::PrincipalKind::service, mcp::PrincipalKind::workload,
                               mcp::PrincipalKind::local, mcp::PrincipalKind::anonymous};
constexpr std::array<std::pair<std::string_view, Field>, 4> kAnnotations = {
    {{"readOnlyHint", Field::tool_read_only},
     {"destructiveHint", Field::tool_destructive},
     {"idempotentHint", Field::tool_idempotent},
     {"openWorldHint", Field::tool_open_world}}};

std::string item_key(const std::string& key, std::string_view name, std::size_t index) {
  return key + "." + std::string(name) + "[" + std::to_string(index) + "]";
}

/// RFC 6749, section 3.3.
bool is_scope(std::string_view text) {
  return !text.empty() &&
         std::ranges::all_of(text, [](unsigned char c) { return c > 0x20 && c < 0x7f && c != '"' && c != '\\'; });
}

/// "line 2, column 5" or "column 5".
std::string place(std::string_view text, std::size_t position) {
  const std::string_view before = text.substr(0, position);
  const auto lines = std::ranges::count(before, '\n');
  const std::size_t line_begin = before.rfind('\n') == before.npos ? 0 : before.rfind('\n') + 1;
  const std::string column = "column " + std::to_string(position - line_begin + 1);
  return lines > 0 ? "line " + std::to_string(lines + 1) + ", " + column : column;
}

}  // namespace

class Compiler {
 public:
  explicit Compiler(PolicySource source) : policy_(new Policy) { policy_->source_ = std::move(source); }

  std::expected<std::shared_ptr<const Policy>, std::vector<PolicyProblem>> run() {
    const PolicySource& source = policy_->source_;
    hierarchy(source);
    for (std::size_t i = 0; i < source.role_mapping.size(); ++i) mapping(i);
    policy_->trusted_servers_ = globs(source.trusted_servers, "", "trusted_servers");
    policy_->layers_.push_back({.otherwise = source.otherwise});
    rules(source.rules, "rules");
    for (std::size_t i = 0; i < source.layers.size(); ++i) layer(source.layers[i], "layers[" + std::to_string(i) + "]");
    if (policy_->rules_.size() > Policy::kMaxRules)
      refuse("rules", "are more than " + std::to_string(Policy::kMaxRules));
    for (const Rule& rule : policy_->rules_) policy_->reads_.add(rule.reads);
    const std::string text = canonical_text(source);
    policy_->epoch_ = XXH64(text.data(), text.size(), 0);
    if (!problems_.empty()) return std::unexpected(std::move(problems_));
    return std::move(policy_);
  }

 private:
  void refuse(std::string key, std::string message) { problems_.push_back({std::move(key), std::move(message)}); }

  Globs globs(const Texts& patterns, const std::string& key, std::string_view name) {
    for (std::size_t i = 0; i < patterns.size(); ++i) {
      std::string place = key.empty() ? std::string(name) + "[" + std::to_string(i) + "]" : item_key(key, name, i);
      if (patterns[i].empty())
        refuse(std::move(place), "is empty; it would match nothing");
      else if (patterns[i].size() > kMaxGlobBytes)
        refuse(std::move(place), "is too long");
    }
    return Globs(patterns);
  }

  void scopes(const Texts& names, const std::string& key, std::string_view name) {
    for (std::size_t i = 0; i < names.size(); ++i)
      if (!is_scope(names[i])) refuse(item_key(key, name, i), "is no scope: printable ASCII without spaces, \" and \\");
  }

  void hierarchy(const PolicySource& source) {
    std::set<std::string_view> seen;
    for (const auto& [scope, included] : source.scope_hierarchy) {
      const std::string key = "scope_hierarchy." + scope;
      if (!is_scope(scope)) refuse(key, "is no scope: printable ASCII without spaces, \" and \\");
      if (!seen.insert(scope).second) refuse(key, "stands here twice");
      for (const std::string& one : included)
        if (!is_scope(one)) refuse(key, "includes something that is no scope");
    }
  }

  void mapping(std::size_t index) {
    const RoleMapping& mapping = policy_->source_.role_mapping[index];
    const std::string key = "role_mapping[" + std::to_string(index) + "]";
    const bool by_claim = !mapping.claim.empty(), by_key = !mapping.api_key_role.empty();
    if (by_claim == by_key) refuse(key, "needs either 'claim' and 'any_of', or 'api_key_role'");
    if (by_claim && mapping.any_of.empty()) refuse(key + ".any_of", "is empty; list the values that grant the roles");
    if (by_key && !mapping.issuer.empty()) refuse(key + ".issuer", "means nothing for API keys");
    if (mapping.grant.empty()) refuse(key + ".grant", "is empty; list the roles");
    Reads& reads = policy_->reads_;
    if (by_claim && mapping.claim != "groups") reads.claims.insert(mapping.claim);
  }

  void layer(const LayerSource& source, const std::string& key) {
    if (source.tenants.empty() && source.servers.empty() && source.endpoints.empty())
      refuse(key, "needs 'tenants', 'servers' or 'endpoints'; what is for everybody belongs to 'rules'");
    Layer made{.id = source.id, .otherwise = source.otherwise};
    made.tenants = globs(source.tenants, key, "tenants");
    made.servers = globs(source.servers, key, "servers");
    made.endpoints = globs(source.endpoints, key, "endpoints");
    if (!source.tenants.empty()) policy_->reads_.add(Field::principal_tenant);
    policy_->layers_.push_back(std::move(made));
    rules(source.rules, key + ".rules");
  }

  void rules(const std::vector<RuleSource>& sources, const std::string& key) {
    for (std::size_t i = 0; i < sources.size(); ++i) {
      policy_->layers_.back().rules.push_back(static_cast<std::uint32_t>(policy_->rules_.size()));
      rule(sources[i], key + "[" + std::to_string(i) + "]");
    }
  }

  void rule(const RuleSource& source, const std::string& key) {
    Rule made;
    made.source = source;
    made.key = key;
    if (source.id.empty())
      refuse(key, "needs an 'id': it is what people and records call the rule");
    else if (!ids_.insert(source.id).second)
      refuse(key + ".id", "'" + source.id + "' is the id of another rule, too");
    who(source.who, key + ".who", made);
    what(source.what, key + ".what", made);
    needs(source, key, made);
    then(source, key + ".then");
    when(source.when, key + ".when", made);
    policy_->rules_.push_back(std::move(made));
  }

  void who(const Who& who, const std::string& key, Rule& made) {
    const auto dimension = [&](const Texts& patterns, std::string_view name, Field field) {
      if (!patterns.empty()) made.reads.add(field);
      return globs(patterns, key, name);
    };
    made.roles = dimension(who.roles, "roles", Field::principal_roles);
    made.scopes = dimension(who.scopes, "scopes", Field::principal_scopes);
    made.groups = dimension(who.groups, "groups", Field::principal_groups);
    made.tenants = dimension(who.tenants, "tenants", Field::principal_tenant);
    made.clients = dimension(who.clients, "clients", Field::principal_client);
    made.issuers = dimension(who.issuers, "issuers", Field::principal_issuer);
    made.subjects = dimension(who.subjects, "subjects", Field::principal_subject);
    made.keys = dimension(who.keys, "keys", Field::principal_client);
    if (!who.keys.empty()) made.reads.add(Field::principal_method);
    for (std::size_t i = 0; i < who.kinds.size(); ++i) kind(who.kinds[i], item_key(key, "kinds", i), made);
    if (!who.kinds.empty()) made.reads.add(Field::principal_kind);
    for (std::size_t i = 0; i < who.networks.size(); ++i) {
      if (const auto network = AddressRange::parse(who.networks[i]))
        made.networks.push_back(*network);
      else
        refuse(item_key(key, "networks", i), "is no network like 10.0.0.0/8 or 2001:db8::/32");
    }
    if (!who.networks.empty()) made.reads.add(Field::request_address);
  }

  void kind(const std::string& name, const std::string& key, Rule& made) {
    const auto found = std::ranges::find(kKinds, name, [](mcp::PrincipalKind k) { return mcp::to_string(k); });
    if (found == kKinds.end()) return refuse(key, "is none of human, service, workload, local, anonymous");
    made.kinds |= 1U << static_cast<unsigned>(*found);
  }

  void what(const What& what, const std::string& key, Rule& made) {
    made.methods = globs(what.methods, key, "methods");
    made.endpoints = globs(what.endpoints, key, "endpoints");
    made.servers = globs(what.servers, key, "servers");
    const std::array<std::pair<std::string_view, const Texts*>, 4> names = {{{"tools", &what.tools},
                                                                             {"prompts", &what.prompts},
                                                                             {"resources", &what.resources},
                                                                             {"templates", &what.templates}}};
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (names[i].second->empty()) continue;
      made.names[i] = globs(*names[i].second, key, names[i].first);
      made.names_items = true;
    }
    for (const auto& [name, wanted] : what.annotations) annotation(name, wanted, key, made);
  }

  void annotation(const std::string& name, const std::string& wanted, const std::string& key, Rule& made) {
    const auto found = std::ranges::find(kAnnotations, name, [](const auto& known) { return known.first; });
    if (found == kAnnotations.end())
      return refuse(key + ".annotations." + name,
                    "is none of readOnlyHint, destructiveHint, idempotentHint, openWorldHint");
    if (wanted != "true" && wanted != "false") return refuse(key + ".annotations." + name, "is neither true nor false");
    made.annotations.emplace_back(found->second, wanted == "true");
    made.reads.add(found->second);
  }

  void needs(const RuleSource& source, const std::string& key, Rule& made) {
    const Needs& needs = source.needs;
    if (!source.needs.empty() && source.effect == Effect::deny)
      refuse(key + ".needs", "belongs to allow rules; a deny rule says with 'who' and 'when' whom it means");
    scopes(needs.scopes, key + ".needs", "scopes");
    for (std::size_t i = 0; i < needs.acr.size(); ++i)
      if (!is_scope(needs.acr[i]))
        refuse(item_key(key + ".needs", "acr", i), "has to be printable ASCII without spaces");
    if (!needs.scopes.empty()) made.reads.add(Field::principal_scopes);
    if (!needs.acr.empty()) made.reads.add(Field::principal_acr);
  }

  /// An obligation that nobody fulfils would be believed to be one.
  void then(const RuleSource& source, const std::string& key) {
    static constexpr std::string_view kNoRecords =
        "cannot be enforced: nothing is ever recorded of what a call contains; leave it out";
    if (!source.then.empty() && source.effect == Effect::deny) refuse(key, "belongs to allow rules");
    if (!source.then.audit.empty()) refuse(key + ".audit", std::string(kNoRecords));
    if (!source.then.redact.empty()) refuse(key + ".redact", std::string(kNoRecords));
    for (std::size_t i = 0; i < source.then.limits.size(); ++i)
      if (source.then.limits[i].empty()) refuse(item_key(key, "limits", i), "is empty; it has to be the id of a limit");
  }

  void when(const std::string& text, const std::string& key, Rule& made) {
    if (text.empty()) return;
    auto compiled = Expression::compile(text);
    if (!compiled) return refuse(key, place(text, compiled.error().position) + ": " + compiled.error().message);
    made.reads.add(compiled->reads());
    made.when = std::move(*compiled);
  }

  std::shared_ptr<Policy> policy_;
  std::vector<PolicyProblem> problems_;
  std::set<std::string, std::less<>> ids_;
};

std::expected<std::shared_ptr<const Policy>, std::vector<PolicyProblem>> Policy::compile(PolicySource source) {
  return Compiler(std::move(source)).run();
}

Texts Policy::expanded(const Texts& scopes) const {
  std::set<std::string> all;
  Texts todo = scopes;
  while (!todo.empty()) {
    const std::string scope = std::move(todo.back());
    todo.pop_back();
    if (!all.insert(scope).second) continue;
    const auto found = std::ranges::find(source_.scope_hierarchy, scope, &std::pair<std::string, Texts>::first);
    if (found != source_.scope_hierarchy.end()) todo.insert(todo.end(), found->second.begin(), found->second.end());
  }
  return {all.begin(), all.end()};
}

}  // namespace gatehouse::policy
