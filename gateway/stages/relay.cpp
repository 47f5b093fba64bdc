#include "gateway/stages/relay.hpp"

#include <gatehouse/json/value.hpp>

#include "gateway/bridge/question_uris.hpp"

namespace gatehouse::stages {

void Relay::notified(const mcp::Message& notification) {
  if (notification.rpc.method == mcp::notification::kProgress) return progress(notification);
  if (notification.rpc.method == mcp::notification::kMessage) return log_line(notification);
  if (notification.rpc.method == mcp::notification::kElicitationComplete) return elicitation_complete(notification);
}

bridge::Asked Relay::asked_by() const {
  return {.client = call_.in.client.revision,
          .server_name = call_.server->name(),
          .label = call_.routes.view->options().prefixed,
          .may_share_context = call_.server->options().sampling_context};
}

Task<mcp::Reply> Relay::asked(const mcp::Message& request, Cancel& cancel) {
  const mcp::Client& client = call_.in.client;
  auto question = bridge::read_question(request.rpc.method, request.rpc.params);
  if (!question)
    co_return fail(Kind::method_not_found, Origin::client, "The client cannot be asked this.", question.error().message);
  expose_uris(*question);
  asking::Route route(client, call_.in.events, asked_by(), server_);
  route.declared = call_.server->declared(client);
  if (mcp::has_sessions(client.revision)) route.remind = [this] { remind(); };
  co_return co_await asking::ask_client(means_, route, std::move(*question), cancel);
}

void Relay::expose_uris(bridge::Question& question) const {
  if (question.method != bridge::ask::kSample || !call_.routes.view->rewrites_uris()) return;
  const auto expose = [&](std::string_view local) { return call_.routes.view->expose_uri(call_.target.source, local); };
  (void)bridge::expose_question_uris(question.params, expose);
}

void Relay::remind() {
  const std::string_view token = call_.in.request.params.meta.progress_token;
  if (token.empty()) return;
  const std::string params = R"({"progressToken":)" + std::string(token) + R"(,"progress":)" +
                             progress_.nudge(Clock::now()) + R"(,"message":"waiting for input"})";
  call_.in.events.notify(mcp::notification::kProgress, json::Splice(params));
}

void Relay::elicitation_complete(const mcp::Message& notification) {
  if (!mcp::has_elicitation_ids(call_.in.client.revision)) return;
  const std::string params = bridge::exposed_completion(call_.server->name(), notification.params.object.text);
  if (!params.empty()) call_.in.events.notify(notification.rpc.method, json::Splice(params));
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
