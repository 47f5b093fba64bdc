#include "gateway/stages/route.hpp"

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

Found by_name(const catalog::View& view, ListKind kind, std::string_view name, std::string_view what) {
  auto target = view.resolve_name(kind, name);
  if (!target) return fail(Kind::not_found, Origin::client, "Unknown " + std::string(what) + ": " + clipped(name));
  return std::move(*target);
}

Found by_uri(const catalog::View& view, std::string_view uri) {
  auto target = view.resolve_uri(uri);
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
      return by_uri(view, request.params.uri);
    case mcp::Method::completion_complete: return by_reference(view, request);
    default: return fail(Kind::method_not_found, Origin::client, "Method not found: " + clipped(request.rpc.method));
  }
}

}  // namespace

Task<mcp::Reply> Route::handle(Call& call, Next next) {
  auto target = find(call);
  if (!target)
    return [](Error error) -> Task<mcp::Reply> { co_return fail(std::move(error)); }(std::move(target.error()));
  call.target = std::move(*target);
  call.server = call.routes.servers[call.target.source].get();
  return next(call);
}

}  // namespace gatehouse::stages
