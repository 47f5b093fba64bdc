#include "gateway/stages/authorize.hpp"

#include <algorithm>
#include <array>

#include <gatehouse/json/value.hpp>

#include "gateway/bridge/lower.hpp"
#include "gateway/catalog/names.hpp"
#include "gateway/policy/plain_uri.hpp"
#include "gateway/stages/route.hpp"

namespace gatehouse::stages {
namespace {

using policy::Decision;
using policy::Item;
using policy::Outcome;

Item::Kind kind_of(const mcp::Message& request) {
  switch (request.method) {
    case mcp::Method::tools_call: return Item::Kind::tool;
    case mcp::Method::prompts_get: return Item::Kind::prompt;
    case mcp::Method::completion_complete: {
      const auto reference = bridge::read_reference(request);
      return reference && reference->is_prompt ? Item::Kind::prompt : Item::Kind::resource_template;
    }
    default: return Item::Kind::resource;
  }
}

Item item_of(const Routes& routes, const catalog::Target& target, Item::Kind kind, std::string_view method) {
  return {.kind = kind,
          .method = method,
          .endpoint = routes.endpoint,
          .server = routes.view->sources()[target.source].name,
          .name = target.local,
          .hints = target.hints};
}

/// A member that a server which ignores case would take for another one.
Result<void> check_members(const mcp::Message& request) {
  static constexpr std::array<std::string_view, 5> kRead = {"name", "uri", "arguments", "ref", "_meta"};
  for (const json::Member& member : request.params.object.members) {
    if (std::ranges::find(kRead, member.key) != kRead.end()) continue;
    for (const std::string_view name : kRead)
      if (member.key.size() <= name.size() + 8 && policy::folds_to(member.key, name))
        return fail(Kind::invalid_params, Origin::client,
                    "params: there is no member like \"" + std::string(name) + "\" in other letters.");
  }
  return {};
}

std::unexpected<Error> denied(const Call& call, const Decision& decision) {
  Error error{Kind::denied, Origin::client,
              decision.note.empty() ? "The access rules do not permit this." : decision.note};
  error.detail = decision.rule ? "rule " + decision.rule->source.id : std::string();
  if (decision.rule && call.routes.access->policy().source().expose_rule_ids)
    error.data = json::Value::object({{"rule", decision.rule->source.id}}).str();
  return std::unexpected(std::move(error));
}

/// Scopes first: a client that has them may ask for the login with the next try.
std::unexpected<Error> step_up(const Call& call, const Decision& decision) {
  static const identity::ProtectedResource kNone;
  const identity::ProtectedResource& resource = call.routes.resource ? *call.routes.resource : kNone;
  const policy::Needs& missing = decision.missing;
  const std::string detail = decision.rule ? "rule " + decision.rule->source.id : std::string();
  std::optional<std::chrono::seconds> age;
  if (missing.max_auth_age.count() != 0) age = std::chrono::floor<std::chrono::seconds>(missing.max_auth_age);
  if (missing.scopes.empty())
    return std::unexpected(
        Error{Kind::login_too_weak, Origin::client, "This needs a stronger or a newer login.", detail}.with_challenge(
            identity::challenge_login(resource, missing.acr, age)));
  std::string scopes;
  for (const std::string& scope : missing.scopes) scopes += (scopes.empty() ? "" : " ") + scope;
  return std::unexpected(
      Error{Kind::insufficient_scope, Origin::client, "This needs more scopes: " + scopes, detail}.with_challenge(
          identity::challenge_insufficient_scope(resource, missing.scopes, call.in.client.who->scopes,
                                                 call.in.client.revision)));
}

/// Nothing of the answer may say that there is such a server, either; the log does.
std::unexpected<Error> hidden(Call& call) {
  Error error = unknown_target(call.in.request);
  error.detail = "hidden by the policy: " + call.server->name() + " " + call.target.local.substr(0, 200);
  call.server = nullptr;
  return std::unexpected(std::move(error));
}

/// The item can be seen where it is used; only this way of using it is not permitted.
bool is_seen_elsewhere(const Call& call, Item item) {
  const std::string_view use = use_method(item.kind);
  if (item.method == use) return false;
  item.method = use;
  return call.routes.access->shows(*call.in.client.who, item);
}

Result<void> judge(Call& call, const Item& item) {
  const json::Member* given = call.in.request.params.object.find("arguments");
  policy::Arguments arguments(given ? given->value : std::string_view());
  const bool has_arguments = item.kind == Item::Kind::tool || item.kind == Item::Kind::prompt;
  const Decision& decision = call.routes.access->decide(asker_of(call), item, has_arguments ? &arguments : nullptr);
  call.rule = decision.rule;
  if (decision.outcome == Outcome::permit) {
    if (!decision.then.empty()) call.then = std::make_shared<const policy::Then>(decision.then);
    return {};
  }
  if (!decision.visible && !is_seen_elsewhere(call, item)) return hidden(call);
  return decision.outcome == Outcome::step_up ? step_up(call, decision) : denied(call, decision);
}

Result<void> authorize(Call& call) {
  if (!call.server) return authorize_method(call);
  if (auto checked = check_members(call.in.request); !checked) return checked;
  const Item::Kind kind = kind_of(call.in.request);
  Item item = item_of(call.routes, call.target, kind, call.in.request.rpc.method);
  if (kind != Item::Kind::resource) return judge(call, item);
  if (!call.target.listed && !policy::is_plain_uri(call.target.local)) return hidden(call);
  const std::string normal = catalog::normal_uri(call.target.local);
  item.name = normal;
  return judge(call, item);
}

Task<mcp::Reply> answered(mcp::Reply reply) { co_return reply; }

}  // namespace

Task<mcp::Reply> Authorize::handle(Call& call, Next next) {
  if (!call.routes.access) return next(call);
  if (auto permitted = authorize(call); !permitted) return answered(fail(std::move(permitted.error())));
  return next(call);
}

Result<void> authorize_method(const Call& call) {
  if (!call.routes.access) return {};
  const Decision& decision = call.routes.access->decide(
      asker_of(call), {.method = call.in.request.rpc.method, .endpoint = call.routes.endpoint});
  return decision.outcome == Outcome::permit ? Result<void>{} : denied(call, decision);
}

Access::Asker asker_of(const Call& call) {
  const mcp::Client& client = call.in.client;
  return {.who = *client.who, .address = client.address, .revision = client.revision};
}

bool may_watch(const Routes& routes, const Access::Asker& asker, const catalog::Target& target) {
  if (!routes.access) return true;
  if (!target.listed && !policy::is_plain_uri(target.local)) return false;
  const std::string normal = catalog::normal_uri(target.local);
  Item item = item_of(routes, target, Item::Kind::resource, mcp::to_string(mcp::Method::resources_subscribe));
  item.name = normal;
  return routes.access->decide(asker, item).outcome == Outcome::permit;
}

}  // namespace gatehouse::stages
