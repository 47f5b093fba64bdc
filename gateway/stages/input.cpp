#include "gateway/stages/input.hpp"

#include <chrono>

#include <gatehouse/base/wall_clock.hpp>
#include <gatehouse/json/value.hpp>
#include <gatehouse/mcp/caller.hpp>

#include "gateway/bridge/answers.hpp"
#include "gateway/bridge/digest.hpp"
#include "gateway/bridge/retry.hpp"
#include "gateway/bridge/url_required.hpp"
#include "gateway/stages/server_call.hpp"

namespace gatehouse::stages {
namespace {

using bridge::RequestState;

constexpr std::size_t kMaxDepth = 1000;  // what is read again was checked against the configured depth before

std::string_view exposed_name(const mcp::Message& request) {
  return request.params.name.data() ? request.params.name : request.params.uri;
}

bool is_special(const mcp::Answer& answer) {
  return answer.kind == mcp::ResultKind::input_required || bridge::is_url_required(answer);
}

/// A person declined to visit a URL that the server insists on.
bool all_accepted(const bridge::InputResponses& responses) {
  for (const auto& [key, raw] : responses.answers) {
    const auto answer = json::parse(raw);
    if (!answer || answer->text("action") != "accept") return false;
  }
  return !responses.answers.empty();
}

/// A parked call's way to its server: owns what a call at that moment only borrows.
struct ParkedRoute {
  explicit ParkedRoute(const Input& how) : input(how) {}
  Input input;  // a copy: the endpoint may be gone before the call
  std::shared_ptr<const Routes> routes;
  upstream::Upstream* server = nullptr;
  catalog::Target target;
};

Task<mcp::Reply> run_parked(std::shared_ptr<ParkedRoute> route, const mcp::Call& in) {
  Call call{
      .in = in, .routes = *route->routes, .server = route->server, .target = route->target, .keep = &route->routes};
  co_return co_await route->input.plain(call);
}

Error gone_modern() {
  return {Kind::state_lost, Origin::upstream,
          "The server was replaced by one that cannot continue this call; start it again."};
}

}  // namespace

std::string Input::who_asks(const Call& call) {
  return call.routes.view->options().prefixed ? bridge::backend_member(call.server->name()) : std::string();
}

bool Input::concerns(const Call& call) {
  const mcp::Message& request = call.in.request;
  const mcp::Client& client = call.in.client;
  if (!mcp::is_modern(client.revision) || !mcp::may_require_input(request.method)) return false;
  if (bridge::is_retry(request)) return true;
  if (!client.capabilities.any_callback() || !call.keep) return false;
  const auto server = call.server->revision();
  return server && mcp::has_sessions(*server);
}

Task<mcp::Reply> Input::plain(Call& call) {
  Relay relay(call, parts_.means);
  if (!parts_.open_urls.empty()) {
    auto standing = where_it_stood(call);
    std::unique_ptr<mcp::Answer> none;
    if (standing) co_return co_await interact(call, relay, std::move(none), std::move(*standing));
  }
  auto reply = co_await call_server(call, relay);
  if (!reply || !is_special(**reply)) co_return reply;
  auto answer = std::move(*reply);
  co_return co_await follow_up(call, relay, std::move(answer));
}

Task<mcp::Reply> Input::follow_up(Call& call, Relay& relay, std::unique_ptr<mcp::Answer> answer) {
  if (answer->is_error) co_return urls_required(call, relay, *answer);
  if (!mcp::may_require_input(call.in.request.method))
    co_return fail(Kind::bad_reply, Origin::upstream, "The server wants input for a request that cannot have any.");
  if (mcp::is_modern(call.in.client.revision)) co_return seal_questions(call, relay, *answer);
  asking::OpenUrls::Standing fresh;
  co_return co_await interact(call, relay, std::move(answer), std::move(fresh));
}

Task<mcp::Reply> Input::begin(Call& call) {
  auto digest = bridge::call_digest(call.routes.endpoint, call.in.request);
  if (!digest) co_return fail(std::move(digest.error()));
  auto responses = bridge::read_input_responses(call.in.request);
  if (!responses) co_return fail(std::move(responses.error()));
  if (responses->state) co_return co_await resume(call, *responses->state, std::move(*digest));
  const auto server = call.server->revision();
  if (server && mcp::has_sessions(*server) && call.in.client.capabilities.any_callback() && call.keep) {
    const std::optional<std::string> none;
    if (may_replay(call)) co_return co_await replay(call, none, *responses);
    co_return co_await park(call, std::move(*digest));
  }
  co_return co_await plain(call);
}

Task<mcp::Reply> Input::resume(Call& call, const std::string& token, std::string digest) {
  const mcp::Message& request = call.in.request;
  auto state = bridge::open_state(parts_.keys, mcp::caller_key(*call.in.client.who), token, call.server->name(), digest,
                                  wall_clock<Milliseconds>());
  if (!state) co_return fail(std::move(state.error()));
  const auto responses = bridge::read_input_responses(request);
  if (state->kind == RequestState::Kind::parked) co_return co_await parts_.parking.resume(call.in, *state, *responses);
  const auto server = call.server->revision();
  if (state->kind == RequestState::Kind::replay) {
    if (!may_replay(call) || !server || !mcp::has_sessions(*server)) co_return fail(gone_modern());
    co_return co_await replay(call, state->inner, *responses);
  }
  if (state->kind == RequestState::Kind::redo) {
    if (!all_accepted(*responses))
      co_return bridge::input_refused(request.method, exposed_name(request), bridge::ask::kElicit,
                                      "a URL was not visited");
    co_return co_await again(call, {}, std::nullopt);
  }
  if (server && mcp::has_sessions(*server)) co_return fail(gone_modern());
  const auto* given = request.params.object.find("inputResponses");
  const std::string_view answers = given ? given->value : std::string_view();
  co_return co_await again(call, answers, state->inner);
}

/// The same call with other answers and another state.
Task<mcp::Reply> Input::again(Call& call, std::string_view responses, std::optional<std::string> state) {
  const Buffer text = Buffer::copy_of(bridge::retry_request(call.in.request, responses, state));
  auto message = mcp::read_message(text.view(), kMaxDepth);
  if (!message) co_return fail(std::move(message.error()));
  const mcp::Call in{*message, call.in.client, call.in.events, call.in.cancel, call.in.received_at};
  Call next{.in = in, .routes = call.routes, .server = call.server, .target = call.target, .keep = call.keep};
  if (concerns(next) && !bridge::is_retry(*message)) co_return co_await begin(next);
  co_return co_await plain(next);
}

Task<mcp::Reply> Input::park(Call& call, std::string digest) {
  auto route = std::make_shared<ParkedRoute>(*this);
  route->routes = *call.keep;
  route->server = call.server;
  route->target = call.target;
  asking::Parking::Run run = [route](const mcp::Call& in) { return run_parked(route, in); };
  std::string member = who_asks(call);
  co_return co_await parts_.parking.begin(call.in, call.server->name(), std::move(member), std::move(digest),
                                          std::move(run));
}

std::string Input::seal_state(const Call& call, RequestState state) const {
  state.server = call.server->name();
  // The call was made, so its params have a digest.
  state.digest = bridge::call_digest(call.routes.endpoint, call.in.request).value_or("");
  return bridge::seal_state(parts_.keys, mcp::caller_key(*call.in.client.who), state,
                            wall_clock<Milliseconds>() + parts_.means.options.parked_wait);
}

mcp::Reply Input::seal_questions(const Call& call, const Relay& relay, const mcp::Answer& answer) {
  auto input = bridge::read_input_required(answer);
  if (!input) return fail(std::move(input.error()));
  const auto asked = relay.asked_by();
  for (auto& [key, question] : input->questions) {
    if (const auto needed = bridge::missing_capability(question, call.server->declared(call.in.client)))
      return fail(bridge::not_declared(asked, exposed_name(call.in.request), *needed));
    relay.expose_uris(question);
    bridge::prepare(question, asked);
  }
  input->state = seal_state(call, {.kind = RequestState::Kind::forward, .inner = std::move(input->state)});
  return bridge::write_input_required(*input, who_asks(call));
}

mcp::Reply Input::urls_required(const Call& call, const Relay& relay, const mcp::Answer& error) {
  const mcp::Client& client = call.in.client;
  const auto asked = relay.asked_by();
  if (!call.server->declared(client).elicitation_url)
    return fail(bridge::cannot_visit_urls(client.revision, asked.server_name, exposed_name(call.in.request)));
  auto urls = bridge::read_url_required(error);
  if (!urls) return fail(std::move(urls.error()));
  if (!mcp::is_modern(client.revision))
    return bridge::write_url_required(std::move(*urls), asked, "A URL has to be visited first.");
  bridge::InputRequired input{.questions = std::move(*urls), .state = {}, .meta = {}};
  for (auto& [key, question] : input.questions) bridge::prepare(question, asked);
  input.state = seal_state(call, {.kind = RequestState::Kind::redo});
  return bridge::write_input_required(input, who_asks(call));
}

}  // namespace gatehouse::stages
