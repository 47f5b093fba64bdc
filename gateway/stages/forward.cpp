#include "gateway/stages/forward.hpp"

#include <gatehouse/json/value.hpp>

#include "gateway/bridge/lift.hpp"
#include "gateway/bridge/lower.hpp"

namespace gatehouse::stages {
namespace {

/// What the server sends while it works on one call.
class Relay final : public client::Listener {
 public:
  explicit Relay(const mcp::Call& call) : call_(call) {}

  void notified(const mcp::Message& notification) override {
    if (notification.rpc.method == mcp::notification::kProgress) return progress(notification);
    if (notification.rpc.method == mcp::notification::kMessage) return log_line(notification);
  }

  Task<mcp::Reply> asked(const mcp::Message& request, Cancel& cancel) override {
    if (!mcp::server_may_send_requests(call_.client.revision)) {
      co_return fail(
          Kind::method_not_found, Origin::client,
          "This stateless client cannot answer " + std::string(request.rpc.method) + " while its request runs.");
    }
    const json::Splice params(request.rpc.params.empty() ? "{}" : request.rpc.params);
    co_return co_await call_.events.ask(request.rpc.method, params, cancel);
  }

 private:
  void progress(const mcp::Message& notification) {
    const std::string_view token = call_.request.params.meta.progress_token;
    if (token.empty() || notification.params.progress_token.empty()) return;
    json::Splice params(notification.params.object.text);
    params.replace(notification.params.progress_token, token);
    call_.events.notify(notification.rpc.method, params);
  }

  void log_line(const mcp::Message& notification) {
    const auto level = mcp::parse_log_level(notification.params.level);
    const auto least = call_.client.log_level;
    // Stateless clients get lines only if this request asked for them (LF-603); in a session the server chooses until the client
    // sets a level.
    const bool wanted = least ? level && *level >= *least : mcp::has_sessions(call_.client.revision);
    if (wanted) call_.events.notify(notification.rpc.method, json::Splice(notification.params.object.text));
  }

  const mcp::Call& call_;
};

/// What the server may count on. Sessions cannot answer `input_required` through the gateway, so for a modern server they can do
/// nothing but show user interfaces.
mcp::ClientCapabilities declared(const mcp::Client& client) {
  if (mcp::is_modern(client.revision)) return client.capabilities;
  mcp::ClientCapabilities ui_only;
  ui_only.ui = client.capabilities.ui;
  return ui_only;
}

}  // namespace

Task<mcp::Reply> Forward::handle(Call& call, Next) {
  const mcp::Message& request = call.in.request;
  json::Splice params;
  const auto lower = [&](const client::Peer& server) -> Result<client::Request> {
    params = json::Splice(request.params.object.text);
    if (auto lowered = bridge::lower_request(request, call.target.local, server.revision, params); !lowered)
      return fail(std::move(lowered.error()));
    return client::Request{
        .method = request.method,
        .method_name = request.rpc.method,
        .params = &request.params,
        .edits = &params,
        .capabilities = declared(call.in.client),
        .log_level = call.in.client.log_level,
        .parameter_headers = call.in.client.parameter_headers,
        .local_name = mcp::target_of(request.method) == mcp::Target::reference ? std::string_view() : call.target.local,
        .uris = call.routes.view->rewrites_uris() ? mcp::Uris::collect : mcp::Uris::skip};
  };
  Relay relay(call.in);
  auto answered = co_await call.server->call(call.in, lower, relay);
  if (!answered) co_return fail(std::move(answered.error()));
  const auto expose = [&](std::string_view local) { return call.routes.view->expose_uri(call.target.source, local); };
  co_return bridge::lift_answer(std::move(answered->answer),
                                {.method = request.method,
                                 .server = answered->server,
                                 .client = call.in.client.revision,
                                 .server_name = call.server->name(),
                                 .exposed_name = request.params.name.data() ? request.params.name : request.params.uri,
                                 .expose_uri = expose});
}

}  // namespace gatehouse::stages
