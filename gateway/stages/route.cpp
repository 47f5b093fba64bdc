#include "gateway/stages/route.hpp"

#include <algorithm>

#include <gatehouse/json/value.hpp>

#include "gateway/bridge/lift_completion.hpp"
#include "gateway/bridge/lower.hpp"

namespace gatehouse::stages {
namespace {

using mcp::ListKind;
using Found = Result<catalog::Target>;

std::string clipped(std::string_view text) { return std::string(text.substr(0, 200)); }

std::unexpected<Error> missing(std::string_view member) {
  return fail(Kind::invalid_params, Origin::client, "params: member \"" + std::string(member) + "\" is missing.");
}

Found by_name(const catalog::View& view, ListKind kind, std::string_view name, std::string_view what) {
  auto target = view.resolve_name(kind, name);
  if (target) return std::move(*target);
  if (kind == ListKind::tools && view.is_ambiguous(name)) {
    return fail(Kind::not_found, Origin::client,
                "Several servers have a tool " + clipped(name) +
                    "; call it by its listed name, or through an endpoint with one of them.");
  }
  return fail(Kind::not_found, Origin::client, "Unknown " + std::string(what) + ": " + clipped(name));
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
  return std::unexpected(
      Error{Kind::resource_not_found, Origin::client, "Resource not found: " + clipped(uri)}.with_data(
          json::Value::object({{"uri", uri}}).str()));
}

Found by_reference(const catalog::View& view, const mcp::Message& request) {
  const auto reference = bridge::read_reference(request);
  if (!reference) return fail(Error(reference.error()));
  if (reference->is_prompt) return by_name(view, ListKind::prompts, reference->key, "prompt");
  auto target = view.resolve_uri(reference->key);
  if (!target) return fail(Kind::not_found, Origin::client, "Unknown resource template: " + clipped(reference->key));
  return std::move(*target);
}

Found find(const Call& call) {
  const mcp::Message& request = call.in.request;
  const catalog::View& view = *call.routes.view;
  switch (request.method) {
    case mcp::Method::tools_call:
      if (!request.params.name.data()) return missing("name");
      return by_name(view, ListKind::tools, request.params.name, "tool");
    case mcp::Method::prompts_get:
      if (!request.params.name.data()) return missing("name");
      return by_name(view, ListKind::prompts, request.params.name, "prompt");
    case mcp::Method::resources_read:
    case mcp::Method::resources_subscribe:
    case mcp::Method::resources_unsubscribe:
      if (!request.params.uri.data()) return missing("uri");
      return by_uri(call, request.params.uri);
    case mcp::Method::completion_complete: return by_reference(view, request);
    default: return fail(Kind::method_not_found, Origin::client, "Method not found: " + clipped(request.rpc.method));
  }
}

/// What the tool says as this endpoint lists it, not as its server may have it now (GB-251).
Result<void> check_headers(const Call& call) {
  const json::Member* arguments = call.in.request.params.object.find("arguments");
  return catalog::check_header_parameters(call.target.details->headers, call.in.client.parameter_headers,
                                          arguments ? arguments->value : std::string_view());
}

Task<mcp::Reply> answered(mcp::Reply reply) { co_return reply; }

}  // namespace

Task<mcp::Reply> Route::handle(Call& call, Next next) {
  const mcp::Method method = call.in.request.method;
  if (mcp::target_of(method) == mcp::Target::task || method == mcp::Method::tasks_list) return next(call);
  auto target = find(call);
  if (!target) return answered(fail(std::move(target.error())));
  call.target = std::move(*target);
  call.server = call.routes.servers[call.target.source].get();
  if (call.target.details && call.in.client.mirrors_headers) {
    if (auto checked = check_headers(call); !checked) return answered(fail(std::move(checked.error())));
  }
  if (call.in.request.method == mcp::Method::completion_complete && call.server->lacks_completions())
    return answered(bridge::no_completions());
  return next(call);
}

}  // namespace gatehouse::stages
