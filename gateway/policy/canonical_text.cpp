#include "gateway/policy/canonical_text.hpp"

namespace gatehouse::policy {
namespace {

void append_number(std::string& out, std::int64_t number) { append_part(out, std::to_string(number)); }

void append_rule(std::string& out, const RuleSource& rule) {
  append_part(out, rule.id);
  append_number(out, static_cast<int>(rule.effect));
  append_number(out, rule.shadow ? 1 : 0);
  const Who& who = rule.who;
  for (const Texts* texts : {&who.roles, &who.scopes, &who.groups, &who.tenants, &who.kinds, &who.clients, &who.issuers,
                             &who.subjects, &who.keys, &who.networks})
    append_parts(out, *texts);
  const What& what = rule.what;
  for (const Texts* texts :
       {&what.methods, &what.endpoints, &what.servers, &what.tools, &what.prompts, &what.resources, &what.templates})
    append_parts(out, *texts);
  append_number(out, static_cast<std::int64_t>(what.annotations.size()));
  for (const auto& [name, value] : what.annotations) {
    append_part(out, name);
    append_part(out, value);
  }
  append_parts(out, rule.needs.scopes);
  append_parts(out, rule.needs.acr);
  append_number(out, rule.needs.max_auth_age.count());
  append_part(out, rule.when);
  append_parts(out, rule.then.limits);
}

void append_rules(std::string& out, const std::vector<RuleSource>& rules) {
  append_number(out, static_cast<std::int64_t>(rules.size()));
  for (const RuleSource& rule : rules) append_rule(out, rule);
}

}  // namespace

void append_part(std::string& out, std::string_view text) {
  out += std::to_string(text.size());
  out += ':';
  out += text;
}

void append_parts(std::string& out, const Texts& texts) {
  out += std::to_string(texts.size());
  out += '[';
  for (const std::string& text : texts) append_part(out, text);
}

std::string canonical_text(const PolicySource& source) {
  std::string out;
  append_number(out, static_cast<int>(source.otherwise));
  append_number(out, static_cast<std::int64_t>(source.scope_hierarchy.size()));
  for (const auto& [scope, included] : source.scope_hierarchy) {
    append_part(out, scope);
    append_parts(out, included);
  }
  append_number(out, static_cast<std::int64_t>(source.role_mapping.size()));
  for (const RoleMapping& mapping : source.role_mapping) {
    append_part(out, mapping.issuer);
    append_part(out, mapping.claim);
    append_parts(out, mapping.any_of);
    append_part(out, mapping.api_key_role);
    append_parts(out, mapping.grant);
  }
  append_parts(out, source.trusted_servers);
  append_number(out, static_cast<int>(source.show_step_up));
  append_number(out, source.expose_rule_ids ? 1 : 0);
  append_rules(out, source.rules);
  append_number(out, static_cast<std::int64_t>(source.layers.size()));
  for (const LayerSource& layer : source.layers) {
    append_part(out, layer.id);
    append_parts(out, layer.tenants);
    append_parts(out, layer.servers);
    append_parts(out, layer.endpoints);
    append_number(out, static_cast<int>(layer.otherwise));
    append_rules(out, layer.rules);
  }
  return out;
}

}  // namespace gatehouse::policy
