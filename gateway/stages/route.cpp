#include "gateway/stages/route.hpp"

#include <algorithm>

#include <gatehouse/json/value.hpp>

#include "gateway/bridge/lower.hpp"

namespace gatehouse::stages {
namespace {

using mcp::ListKind;
using Found = Result<catalog::Target>;

std::string clipped(std::string_view text) { return std::string(text.substr(0, 200)); }

std::unexpected<Error> missing(std::string_view member) {
  return fail(Kind::invalid_params, Origin::client, "params: member \"" + std::string(member) + "\" is missing.");
}

Found by_name(const Call& call, ListKind kind, std::string_view name) {
  const catalog::View& view = *call.routes.view;
  auto target = view.resolve_name(kind, name);
  if (target) return std::move(*target);
  // Whoever may see all of it is told more.
  if (!call.routes.access && kind == ListKind::tools && view.is_ambiguous(name)) {
    return fail(Kind::not_found, Origin::client,
                "Several servers have a tool " + clipped(name) +
                    "; call it by its listed name, or through an endpoint with one of them.");
  }
  return fail(unknown_target(call.in.request));
}

/// The server that gave this client the URI, in a result some time ago (GB-052).
std::optional<catalog::Target> by_link(const Call& call, std::string_view uri) {
  const auto server = call.routes.links.find(call.in.client.principal(), uri);
  if (!server) return std::nullopt;
  const auto& sources = call.routes.view->sources();
  const auto source = std::ranges::find(sources, *server, &catalog::Source::name);
  if (source == sources.end()) return std::nullopt;
  return catalog::Target{static_cast<std::size_t>(source - sources.begin()), std::string(uri)};
}

Found by_uri(const Call& call, std::string_view uri) {
  auto target = call.routes.view->resolve_uri(uri);
  if (!target) target = by_link(call, uri);
  if (target) return std::move(*target);
  return fail(unknown_target(call.in.request));
}

Found by_reference(const Call& call) {
  const auto reference = bridge::read_reference(call.in.request);
  if (!reference) return fail(Error(reference.error()));
  if (reference->is_prompt) return by_name(call, ListKind::prompts, reference->key);
  auto target = call.routes.view->resolve_uri(reference->key);
  if (!target) return fail(unknown_target(call.in.request));
  return std::move(*target);
}

Found find(const Call& call) {
  const mcp::Message& request = call.in.request;
  switch (request.method) {
    case mcp::Method::tools_call:
      if (!request.params.name.data()) return missing("name");
      return by_name(call, ListKind::tools, request.params.name);
    case mcp::Method::prompts_get:
      if (!request.params.name.data()) return missing("name");
      return by_name(call, ListKind::prompts, request.params.name);
    case mcp::Method::resources_read:
    case mcp::Method::resources_subscribe:
    case mcp::Method::resources_unsubscribe:
      if (!request.params.uri.data()) return missing("uri");
      return by_uri(call, request.params.uri);
    case mcp::Method::completion_complete: return by_reference(call);
    default: return fail(Kind::method_not_found, Origin::client, "Method not found: " + clipped(request.rpc.method));
  }
}

Task<mcp::Reply> answered(mcp::Reply reply) { co_return reply; }

}  // namespace

Error unknown_target(const mcp::Message& request) {
  const auto unknown = [](std::string_view what, std::string_view name) {
    return Error{Kind::not_found, Origin::client, "Unknown " + std::string(what) + ": " + clipped(name)};
  };
  switch (request.method) {
    case mcp::Method::tools_call: return unknown("tool", request.params.name);
    case mcp::Method::prompts_get: return unknown("prompt", request.params.name);
    case mcp::Method::completion_complete: {
      const auto reference = bridge::read_reference(request);
      if (!reference) return reference.error();
      return unknown(reference->is_prompt ? "prompt" : "resource template", reference->key);
    }
    default: break;
  }
  const std::string_view uri = request.params.uri;
  return Error{Kind::resource_not_found, Origin::client, "Resource not found: " + clipped(uri)}.with_data(
      json::Value::object({{"uri", uri}}).str());
}

Task<mcp::Reply> Route::handle(Call& call, Next next) {
  const mcp::Method method = call.in.request.method;
  if (mcp::target_of(method) == mcp::Target::task || method == mcp::Method::tasks_list) return next(call);
  auto target = find(call);
  if (!target) return answered(fail(std::move(target.error())));
  call.target = std::move(*target);
  call.server = call.routes.servers[call.target.source].get();
  return next(call);
}

}  // namespace gatehouse::stages
