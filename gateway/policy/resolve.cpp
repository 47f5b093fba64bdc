// From what a principal says to what the policy reads of it.
#include <algorithm>

#include "gateway/policy/canonical_text.hpp"
#include "gateway/policy/judge.hpp"

namespace gatehouse::policy {
namespace {

void add_new(Texts& all, const Texts& more) {
  for (const std::string& text : more)
    if (std::ranges::find(all, text) == all.end()) all.push_back(text);
}

bool has_any(const Texts& wanted, const Texts& got) {
  return std::ranges::any_of(wanted, [&](const std::string& one) { return std::ranges::find(got, one) != got.end(); });
}

/// The texts of a claim: one, or a list of them.
Texts texts_of(const json::Value* claim) {
  Texts out;
  if (!claim) return out;
  if (const auto* text = claim->as_string()) out.push_back(*text);
  if (const auto* items = claim->as_array())
    for (const json::Value& item : *items)
      if (const auto* text = item.as_string()) out.push_back(*text);
  return out;
}

bool grants(const RoleMapping& mapping, const mcp::Principal& principal) {
  if (!mapping.api_key_role.empty())
    return principal.auth.method == kApiKeyMethod && principal.has_role(mapping.api_key_role);
  if (!mapping.issuer.empty() && !Glob(mapping.issuer).matches(principal.issuer)) return false;
  const bool groups = mapping.claim == "groups" && !principal.groups.empty();
  return has_any(mapping.any_of, groups ? principal.groups : texts_of(principal.claims.find(mapping.claim)));
}

Texts roles_of(const Policy& policy, const mcp::Principal& principal) {
  Texts roles = principal.roles;
  for (const RoleMapping& mapping : policy.source().role_mapping)
    if (grants(mapping, principal)) add_new(roles, mapping.grant);
  std::ranges::sort(roles);
  return roles;
}

Texts sorted(Texts texts) {
  std::ranges::sort(texts);
  return texts;
}

json::Value claims_of(const Reads& reads, const json::Value& claims) {
  const auto* members = claims.as_object();
  if (!members || !reads.has(Field::principal_claims)) return json::Value::object();
  json::Value::Object kept;
  for (const auto& member : *members)
    if (reads.claims.contains("") || reads.claims.contains(member.first)) kept.push_back(member);
  std::ranges::sort(kept, {}, [](const auto& member) -> const std::string& { return member.first; });
  return json::Value(std::move(kept));
}

}  // namespace

Subject resolve(const Policy& policy, const mcp::Principal& principal) {
  const Reads& reads = policy.reads();
  const auto read = [&reads](Field field, const std::string& text) { return reads.has(field) ? text : std::string(); };
  Subject out{.kind = principal.kind, .can_step_up = principal.can_step_up};
  if (reads.has(Field::principal_roles)) out.roles = roles_of(policy, principal);
  if (reads.has(Field::principal_groups)) out.groups = sorted(principal.groups);
  if (reads.has(Field::principal_scopes)) out.scopes = policy.expanded(principal.scopes);
  if (reads.has(Field::principal_amr)) out.amr = sorted(principal.auth.amr);
  out.claims = claims_of(reads, principal.claims);
  out.subject = read(Field::principal_subject, principal.subject);
  out.issuer = read(Field::principal_issuer, principal.issuer);
  out.tenant = read(Field::principal_tenant, principal.tenant);
  out.client = read(Field::principal_client, principal.client_id);
  out.acr = read(Field::principal_acr, principal.auth.acr);
  out.method = read(Field::principal_method, principal.auth.method);
  out.tool_ceiling = sorted(principal.ceilings.tools);
  out.endpoint_ceiling = sorted(principal.ceilings.endpoints);
  return out;
}

std::string fingerprint(const Subject& subject) {
  std::string out;
  out += static_cast<char>('a' + static_cast<int>(subject.kind));
  out += subject.can_step_up ? '+' : '-';
  for (const std::string* text :
       {&subject.subject, &subject.issuer, &subject.tenant, &subject.client, &subject.acr, &subject.method})
    append_part(out, *text);
  for (const Texts* texts : {&subject.roles, &subject.groups, &subject.scopes, &subject.amr, &subject.tool_ceiling,
                             &subject.endpoint_ceiling})
    append_parts(out, *texts);
  append_part(out, subject.claims.str());
  return out;
}

}  // namespace gatehouse::policy
