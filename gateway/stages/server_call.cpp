#include "gateway/stages/server_call.hpp"

#include <gatehouse/base/wildcard.hpp>

#include "gateway/bridge/lift.hpp"
#include "gateway/bridge/lower.hpp"
#include "gateway/bridge/url_required.hpp"
#include "gateway/stages/mirror.hpp"

namespace gatehouse::stages {
namespace {

/// A URI as this client knows it: as it wrote it itself, else as lists show it.
std::string exposed(const Call& call, std::string_view local) {
  const mcp::Params& params = call.in.request.params;
  if (params.uri.data() && local == call.target.local) return std::string(params.uri);
  const catalog::View& view = *call.routes.view;
  std::string shown = view.expose_uri(call.target.source, local);
  // It does not say whose it is, so that we have to remember.
  if (view.sources().size() > 1 && shown == local)
    call.routes.links.note(call.in.client.principal(), local, call.server->name());
  return shown;
}

bool withholds_some_meta(const upstream::Options& options) {
  return !options.meta_allow.empty() || !options.meta_deny.empty();
}

/// Clients' own keys of `_meta` are passed on as far as the operator lets them (gateway rules 4.5).
bool withholds_meta(const upstream::Options& options, std::string_view key) {
  const bool is_allowed = options.meta_allow.empty() || matches_any_wildcards(options.meta_allow, key);
  return !is_allowed || matches_any_wildcards(options.meta_deny, key);
}

}  // namespace

Task<mcp::Reply> call_server(Call& call, Relay& relay) {
  const mcp::Message& request = call.in.request;
  json::Splice params;
  Mirror mirror(call);
  const auto withheld = [&options = call.server->options()](std::string_view key) {
    return withholds_meta(options, key);
  };
  const auto lower = [&](const client::Peer& server) -> Result<client::Request> {
    params = json::Splice(request.params.object.text);
    relay.sent_to(server.revision);
    if (auto lowered = bridge::lower_request(request, call.target.local, server.revision, params); !lowered)
      return fail(std::move(lowered.error()));
    auto headers = mirror.headers(server.revision);
    if (!headers) return fail(std::move(headers.error()));
    return client::Request{
        .method = request.method,
        .method_name = request.rpc.method,
        .params = &request.params,
        .edits = &params,
        .capabilities = call.server->declared(call.in.client),
        .log_level = call.in.client.log_level,
        .parameter_headers = *headers,
        .local_name = mcp::target_of(request.method) == mcp::Target::reference ? std::string_view() : call.target.local,
        .withheld_meta =
            withholds_some_meta(call.server->options()) ? std::optional<client::KeyFilter>(withheld) : std::nullopt,
        .uris = call.routes.view->rewrites_uris() ? mcp::Uris::collect : mcp::Uris::skip};
  };
  auto answered = co_await call.server->call(call.in, lower, relay, call.target.local);
  relay.finish();
  if (!answered) co_return fail(std::move(answered.error()));
  if (bridge::is_url_required(*answered->answer)) co_return std::move(answered->answer);
  const auto expose = [&](std::string_view local) { return exposed(call, local); };
  co_return bridge::lift_answer(std::move(answered->answer),
                                {.method = request.method,
                                 .server = answered->server,
                                 .client = call.in.client.revision,
                                 .server_name = call.server->name(),
                                 .exposed_name = request.params.name.data() ? request.params.name : request.params.uri,
                                 .expose_uri = expose,
                                 .backend_member = call.routes.view->backend_member(call.target.source),
                                 .wraps_values = call.server->options().wrap_values});
}

}  // namespace gatehouse::stages
