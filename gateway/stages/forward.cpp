#include "gateway/stages/forward.hpp"

#include <gatehouse/json/value.hpp>

#include "gateway/bridge/lift.hpp"
#include "gateway/bridge/lower.hpp"
#include "gateway/stages/mirror.hpp"
#include "gateway/stages/relay.hpp"

namespace gatehouse::stages {
namespace {

/// What the server may count on. Sessions cannot answer `input_required` through the gateway, so for a modern server they can do
/// nothing but show user interfaces.
mcp::ClientCapabilities declared(const mcp::Client& client) {
  if (mcp::is_modern(client.revision)) return client.capabilities;
  mcp::ClientCapabilities ui_only;
  ui_only.ui = client.capabilities.ui;
  return ui_only;
}

/// A URI as this client knows it: as it wrote it itself, else as lists show it.
std::string exposed(const Call& call, std::string_view local) {
  const mcp::Params& params = call.in.request.params;
  if (params.uri.data() && local == call.target.local) return std::string(params.uri);
  const catalog::View& view = *call.routes.view;
  std::string shown = view.expose_uri(call.target.source, local);
  // It does not say whose it is, so that we have to remember.
  if (view.sources().size() > 1 && shown == local)
    call.routes.links.note(call.in.client.principal, local, call.server->name());
  return shown;
}

}  // namespace

Task<mcp::Reply> Forward::handle(Call& call, Next) {
  const mcp::Message& request = call.in.request;
  json::Splice params;
  Mirror mirror(call);
  const auto lower = [&](const client::Peer& server) -> Result<client::Request> {
    params = json::Splice(request.params.object.text);
    if (auto lowered = bridge::lower_request(request, call.target.local, server.revision, params); !lowered)
      return fail(std::move(lowered.error()));
    auto headers = mirror.headers(server.revision);
    if (!headers) return fail(std::move(headers.error()));
    return client::Request{
        .method = request.method,
        .method_name = request.rpc.method,
        .params = &request.params,
        .edits = &params,
        .capabilities = declared(call.in.client),
        .log_level = call.in.client.log_level,
        .parameter_headers = *headers,
        .local_name = mcp::target_of(request.method) == mcp::Target::reference ? std::string_view() : call.target.local,
        .uris = call.routes.view->rewrites_uris() ? mcp::Uris::collect : mcp::Uris::skip};
  };
  Relay relay(call);
  auto answered = co_await call.server->call(call.in, lower, relay);
  relay.finish();
  if (!answered) co_return fail(std::move(answered.error()));
  const auto expose = [&](std::string_view local) { return exposed(call, local); };
  co_return bridge::lift_answer(std::move(answered->answer),
                                {.method = request.method,
                                 .server = answered->server,
                                 .client = call.in.client.revision,
                                 .server_name = call.server->name(),
                                 .exposed_name = request.params.name.data() ? request.params.name : request.params.uri,
                                 .expose_uri = expose,
                                 .backend_member = call.routes.view->backend_member(call.target.source)});
}

}  // namespace gatehouse::stages
