#include "gateway/stages/relay.hpp"

#include <gatehouse/json/value.hpp>

#include "gateway/bridge/question_uris.hpp"

namespace gatehouse::stages {

void Relay::notified(const mcp::Message& notification) {
  if (notification.rpc.method == mcp::notification::kProgress) return progress(notification);
  if (notification.rpc.method == mcp::notification::kMessage) return log_line(notification);
}

Task<mcp::Reply> Relay::asked(const mcp::Message& request, Cancel& cancel) {
  if (!mcp::server_may_send_requests(call_.in.client.revision)) {
    co_return fail(
        Kind::method_not_found, Origin::client,
        "This stateless client cannot answer " + std::string(request.rpc.method) + " while its request runs.");
  }
  const std::string exposed = exposed_question(request);
  std::string_view text = request.rpc.params.empty() ? "{}" : request.rpc.params;
  if (!exposed.empty()) text = exposed;
  const json::Splice params(text);
  co_return co_await call_.in.events.ask(request.rpc.method, params, cancel);
}

/// Params with the URIs of messages as the client knows them; empty: nothing changes.
std::string Relay::exposed_question(const mcp::Message& request) const {
  const bool may_hold_uris = request.rpc.method == "sampling/createMessage" && call_.routes.view->rewrites_uris() &&
                             request.rpc.params.find("\"uri\"") != std::string_view::npos;
  if (!may_hold_uris) return {};
  auto params = json::parse(request.rpc.params, json::kMaxValueDepth);
  const auto expose = [&](std::string_view local) { return call_.routes.view->expose_uri(call_.target.source, local); };
  if (!params || !bridge::expose_question_uris(*params, expose)) return {};
  return params->str();
}

void Relay::progress(const mcp::Message& notification) {
  using Decision = bridge::ProgressGate::Decision;
  const mcp::Params& given = notification.params;
  const std::string_view token = call_.in.request.params.meta.progress_token;
  const json::Member* value = given.object.find("progress");
  if (token.empty() || given.progress_token.empty() || !value) return;
  const Decision decision = progress_.offer(value->value, Clock::now());
  if (decision == Decision::drop) return;
  json::Splice params(given.object.text);
  params.replace(given.progress_token, token);
  if (const std::string shown = progress_.shown(); !shown.empty()) params.replace(value->value, shown);
  if (decision == Decision::send) {
    held_.clear();
    if (held_timer_) held_timer_->disarm();
    return call_.in.events.notify(mcp::notification::kProgress, params);
  }
  held_ = params.str();
  if (!held_timer_) held_timer_.emplace(call_.server->timers());
  const auto due = progress_.due();
  if (due && !held_timer_->armed())
    held_timer_->arm(std::chrono::ceil<Milliseconds>(*due - Clock::now()), [this] { send_held(); });
}

void Relay::send_held() {
  if (held_.empty()) return;
  const std::string params = std::exchange(held_, {});
  progress_.sent(Clock::now());
  call_.in.events.notify(mcp::notification::kProgress, json::Splice(params));
}

void Relay::finish() {
  held_timer_.reset();
  send_held();
}

void Relay::log_line(const mcp::Message& notification) {
  const mcp::Client& client = call_.in.client;
  if (!bridge::wants_line(notification.params.level, client.log_level, client.revision, call_.routes.log)) return;
  const std::string params = bridge::lift_log(notification, call_.server->name(), call_.routes.log);
  call_.in.events.notify(mcp::notification::kMessage, json::Splice(params));
}

}  // namespace gatehouse::stages
