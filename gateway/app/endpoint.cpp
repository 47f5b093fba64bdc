#include "gateway/app/endpoint.hpp"

#include <gatehouse/base/log.hpp>

#include "gateway/app/version.hpp"

namespace gatehouse::app {

mcp::Implementation gateway_implementation() { return {"gatehouse", std::string(kVersion), "Gatehouse"}; }

Endpoint::Endpoint(net::Loop& loop, telemetry::Metrics& metrics, telemetry::CallLog& call_log,
                   ratelimit::Limiter& limiter, stages::Input::Parts input, const bridge::TaskOptions& task_options,
                   const std::string& path, const transport::StreamableHttpOptions& options)
    : loop_(loop),
      roots_(input.means.roots),
      open_urls_(input.open_urls),
      watchers_(loop,
                {.find = [this](std::string_view id) { return find_session(id); },
                 .each = [this](FunctionRef<void(transport::Session&)> visit) { each_session(visit); }},
                {}),
      task_options_(task_options),
      facades_(input.means, task_options,
               [this](std::string_view session, const std::string& task) { tell_task(session, task); }),
      pumps_(loop),
      pipeline_(pipeline::make_pipeline({metrics,
                                         call_log,
                                         watchers_,
                                         limiter,
                                         input,
                                         {{input.means, input.keys, task_options, pumps_}, facades_, routes_}})),
      server_info_(mcp::to_json(gateway_implementation()).str()),
      http_(loop, *this, options),
      http_sse_(loop, *this, http_.sessions(), options, transport::HttpSsePaths::below(path)) {}

Task<void> Endpoint::serve(net::HttpExchange& exchange) {
  ++serving_;
  co_await http_.serve(exchange);
  --serving_;
}

Task<void> Endpoint::serve_sse(net::HttpExchange& exchange) {
  ++serving_;
  co_await http_sse_.serve(exchange);
  --serving_;
}

Task<void> Endpoint::serve_channel(transport::Channel& channel, transport::StdioServerOptions options, Cancel& stop) {
  transport::StdioServer front(loop_, channel, *this, options);
  channel_sessions_ = &front.sessions();
  {
    const Cancel::Hook hook(stop, [&front] { front.stop(); });
    co_await front.serve();
  }
  channel_sessions_ = nullptr;
}

void Endpoint::each_session(FunctionRef<void(transport::Session&)> visit) {
  http_.sessions().each(visit);
  if (channel_sessions_) channel_sessions_->each(visit);
}

std::shared_ptr<transport::Session> Endpoint::find_session(std::string_view id) const {
  auto session = http_.sessions().peek(id);
  return session || !channel_sessions_ ? session : channel_sessions_->peek(id);
}

std::size_t Endpoint::sessions() const {
  return http_.sessions().size() + (channel_sessions_ ? channel_sessions_->size() : 0);
}

void Endpoint::set_options(const transport::StreamableHttpOptions& options) {
  http_.set_options(options);
  http_sse_.set_options(options);
}

void Endpoint::end_streams() {
  http_.end_streams();
  http_sse_.end_streams();
}

void Endpoint::show(std::shared_ptr<const stages::Routes> routes) {
  const auto before = std::exchange(routes_, std::move(routes));
  watchers_.rerouted(routes_);
  if (!before || before->view->collisions() != routes_->view->collisions())
    for (const std::string& what : routes_->view->collisions())
      log::warn("two servers offer the same", {{"endpoint", routes_->endpoint}, {"what", what}});
  if (!before) return;
  own_routes_.renew_all(routes_);
  announce_changes(*before);
}

/// With a policy each client hears of the lists that changed for him (RS-99); without one all hear of all.
void Endpoint::announce_changes(const stages::Routes& before) {
  if (before.access || routes_->access) {
    const bool same = before.access == routes_->access && before.view == routes_->view;
    if (!same)
      watchers_.announce([&](const mcp::Principal& who) { return stages::changed_for(who, before, *routes_); });
    return;
  }
  stages::Lists changed = 0;
  for (const mcp::ListKind kind : mcp::kListKinds) {
    const auto index = static_cast<std::size_t>(kind);
    const bool announced = routes_->announcements[index] > before.announcements[index];
    if (announced || before.view->fingerprint(kind) != routes_->view->fingerprint(kind))
      changed |= stages::list_bit(kind);
  }
  watchers_.announce(changed);
}

void Endpoint::session_changed(std::string_view id) {
  const auto session = find_session(id);
  if (!routes_ || !session) return;
  const stages::Lists changed = own_routes_.renew(id, routes_);
  for (std::size_t i = 0; i < stages::kListTopics.size(); ++i) {
    if (changed & stages::list_bit(i)) session->send(stages::kListTopics[i].notification, json::Splice("{}"));
  }
}

Task<mcp::Reply> Endpoint::answer(const mcp::Call& call) {
  auto routes = routes_;
  if (auto own = own_routes_.find(call.client.session)) routes = std::move(own);
  stages::Call inner{.in = call, .routes = *routes, .keep = &routes};
  watchers_.used_by(inner);
  co_return co_await pipeline_(inner);
}

void Endpoint::notified(const mcp::Message& notification, const mcp::Client& client) {
  if (notification.rpc.method != mcp::notification::kRootsChanged || client.session.empty()) return;
  roots_.forget(client.session);
  for (const auto& server : routes_->servers) server->relay(client.session, notification.rpc.method, {});
}

mcp::Responder::About Endpoint::about(const mcp::Client& client) {
  const auto shown = [&](std::size_t source) {
    return !routes_->access || routes_->access->shows_server(*client.who, routes_->endpoint, routes_->view, source);
  };
  About about{.implementation = gateway_implementation(),
              .capabilities = routes_->view->capabilities(),
              .extensions = routes_->view->has_user_interfaces() ? mcp::ui_extension() : json::Value(),
              .instructions = routes_->view->instructions(shown)};
  offer_tasks(about, client);
  return about;
}

/// Each revision in its own words: the core feature is part of the capabilities (mcp::to_json), the extension is one.
void Endpoint::offer_tasks(About& about, const mcp::Client& client) const {
  mcp::ServerCapabilities& offered = about.capabilities;
  if (task_options_.facade == bridge::Facade::all) offered.tasks_calls = offered.tasks_cancel = offered.tools;
  offered.tasks_list = offered.tasks_calls && client.principal() != mcp::kAnonymous;
  if (offered.tasks_extension && mcp::has_tasks_extension(client.revision))
    about.extensions.set(mcp::kTasksExtension, json::Value::object());
}

void Endpoint::end_tasks() {
  facades_.cancel_all();
  pumps_.cancel_all();
}

/// Nobody depends on it, so nothing is kept for a session that does not listen.
void Endpoint::tell_task(std::string_view id, const std::string& task) const {
  const auto session = find_session(id);
  if (session && session->attached()) session->send(mcp::notification::kTaskStatus, json::Splice(task));
}

Task<void> Endpoint::stop_tasks() {
  end_tasks();
  co_await facades_.stop();
  co_await pumps_.stop();
}

void Endpoint::session_ended(std::string_view session) {
  own_routes_.session_ended(session);
  watchers_.session_ended(session);
  roots_.forget(session);
  open_urls_.forget(session);
  if (!routes_) return;
  for (const auto& server : routes_->servers) server->session_ended(session);
}

}  // namespace gatehouse::app
