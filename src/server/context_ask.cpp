// Asking the client: requests towards clients with sessions, input_required results for stateless ones (LF-301 to LF-315).
#include <gatehouse/json/value.hpp>
#include <gatehouse/server/context.hpp>
#include <gatehouse/transport/session.hpp>

#include "src/server/arguments.hpp"

namespace gatehouse::server {
namespace {

/// Only stateless clients know the error that asks for a capability.
std::unexpected<Error> undeclared(const mcp::Client& client, json::Value needed) {
  if (mcp::has_sessions(client.revision))
    return fail(Kind::not_bridgeable, Origin::client, "The client did not declare that it can be asked this.");
  Error error{Kind::missing_capability, Origin::client, "The client did not declare a capability that this needs."};
  error.data = json::Value::object({{"requiredCapabilities", std::move(needed)}}).str();
  return fail(std::move(error));
}

/// A stateless client's answer is part of its request.
std::unexpected<Error> bad_answer(const mcp::Client& client, std::string_view method, std::string_view why) {
  const Kind kind = mcp::has_sessions(client.revision) ? Kind::bad_reply : Kind::invalid_params;
  return fail(kind, Origin::client, "The client's answer to " + std::string(method) + " " + std::string(why));
}

std::optional<ElicitAnswer::Action> parse_action(std::string_view text) {
  if (text == "accept") return ElicitAnswer::Action::accept;
  if (text == "decline") return ElicitAnswer::Action::decline;
  if (text == "cancel") return ElicitAnswer::Action::cancel;
  return std::nullopt;
}

json::Value to_params(Elicitation question, bool with_id) {
  if (question.url.empty())
    return json::Value::object({{"message", question.message}, {"requestedSchema", std::move(question.schema)}});
  auto params = json::Value::object({{"mode", "url"}, {"message", question.message}, {"url", question.url}});
  if (with_id) params.set("elicitationId", transport::random_id());
  return params;
}

}  // namespace

Result<void> Context::read_inputs() {
  const mcp::Params& params = call_.request.params;
  if (mcp::server_may_send_requests(call_.client.revision) || !mcp::may_require_input(call_.request.method)) return {};
  const bool has_answers = params.object.find("inputResponses") != nullptr;
  if (has_answers) {
    auto inputs = object_param(params, "inputResponses");
    if (!inputs) return fail(std::move(inputs.error()));
    inputs_ = std::move(*inputs);
  }
  const auto* state = params.object.find("requestState");
  if (state) {
    auto text = json::unquote(state->value);
    if (!text) return fail(Kind::invalid_params, Origin::client, "params: member \"requestState\" has to be a string");
    request_state_ = std::move(*text);
  }
  is_retry_ = has_answers || state;
  return {};
}

std::unique_ptr<mcp::Answer> Context::input_required() const {
  if (questions_.is_null()) return nullptr;
  auto result = json::Value::object({{"inputRequests", questions_}});
  if (!kept_state_.empty()) result.set("requestState", kept_state_);
  auto answer = mcp::Answer::of(result.str());
  answer->kind = mcp::ResultKind::input_required;
  return answer;
}

Task<Result<json::Value>> Context::ask(std::string key, std::string_view method, json::Value params) {
  if (mcp::server_may_send_requests(call_.client.revision)) co_return co_await ask_now(method, std::move(params));
  if (!mcp::may_require_input(call_.request.method)) {
    co_return fail(Kind::not_bridgeable, Origin::client, "A stateless client cannot be asked during this request.");
  }
  if (const json::Value* answer = input(key)) co_return *answer;
  questions_.set(key, json::Value::object({{"method", method}, {"params", std::move(params)}}));
  co_return fail(Kind::cancelled, Origin::client,
                 "The client is asked first, and sends the request again with the answer.");
}

Task<Result<json::Value>> Context::ask_now(std::string_view method, json::Value params) {
  const std::string text = params.str();
  auto reply = co_await call_.events.ask(method, json::Splice(text), call_.cancel);
  if (!reply) co_return fail(std::move(reply.error()));
  const std::string body = (*reply)->body.str();
  auto value = json::parse(body);
  if (!value || !value->is_object()) co_return bad_answer(call_.client, method, "is malformed.");
  if ((*reply)->is_error)
    co_return bad_answer(call_.client, method, "is an error: " + std::string(value->text("message")));
  co_return std::move(*value);
}

Result<void> Context::check_elicitation(const Elicitation& question) const {
  const auto& able = call_.client.capabilities;
  const auto revision = call_.client.revision;
  if (question.url.empty()) {
    if (able.elicitation_form && mcp::has_elicitation(revision)) return {};
    return undeclared(call_.client, json::Value::object({{"elicitation", json::Value::object()}}));
  }
  if (able.elicitation_url && mcp::has_url_elicitation(revision)) return {};
  return undeclared(call_.client,
                    json::Value::object({{"elicitation", json::Value::object({{"url", json::Value::object()}})}}));
}

Task<Result<ElicitAnswer>> Context::elicit(std::string key, Elicitation question) {
  if (auto able = check_elicitation(question); !able) co_return fail(std::move(able.error()));
  auto params = to_params(std::move(question), mcp::server_may_send_requests(call_.client.revision));
  auto answer = co_await ask(std::move(key), "elicitation/create", std::move(params));
  if (!answer) co_return fail(std::move(answer.error()));
  const auto action = parse_action(answer->text("action"));
  if (!action) co_return bad_answer(call_.client, "elicitation/create", "has no valid action.");
  ElicitAnswer result{.action = *action};
  if (json::Value* content = answer->find("content")) result.content = std::move(*content);
  co_return result;
}

Task<Result<json::Value>> Context::sample(std::string key, json::Value params) {
  if (!call_.client.capabilities.sampling)
    co_return undeclared(call_.client, json::Value::object({{"sampling", json::Value::object()}}));
  co_return co_await ask(std::move(key), "sampling/createMessage", std::move(params));
}

Task<Result<json::Value>> Context::roots(std::string key) {
  if (!call_.client.capabilities.roots)
    co_return undeclared(call_.client, json::Value::object({{"roots", json::Value::object()}}));
  auto answer = co_await ask(std::move(key), "roots/list", json::Value::object());
  if (!answer) co_return fail(std::move(answer.error()));
  json::Value* list = answer->find("roots");
  if (!list || !list->is_array()) co_return bad_answer(call_.client, "roots/list", "has no roots.");
  co_return std::move(*list);
}

}  // namespace gatehouse::server
