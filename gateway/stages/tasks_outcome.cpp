// Tasks for clients that do not follow them themselves: kept for those of 2025-11-25, waited for on behalf of all others.
#include <gatehouse/base/wall_clock.hpp>
#include <gatehouse/json/value.hpp>
#include <gatehouse/mcp/caller.hpp>
#include <gatehouse/net/timers.hpp>

#include "gateway/bridge/digest.hpp"
#include "gateway/bridge/lift.hpp"
#include "gateway/bridge/request_state.hpp"
#include "gateway/stages/tasks.hpp"
#include "gateway/tasks/task_progress.hpp"

namespace gatehouse::stages {
namespace {

using bridge::RequestState;

/// What was lifted for a stateless client, for one of this revision.
mcp::Reply for_client(mcp::Revision client, const upstream::Upstream& server, std::string_view tool, mcp::Reply reply) {
  if (!reply || mcp::is_modern(client)) return reply;
  const auto same = [](std::string_view uri) { return std::string(uri); };
  return bridge::lift_for_older(std::move(*reply), {.method = mcp::Method::tools_call,
                                                    .client = client,
                                                    .server_name = server.name(),
                                                    .exposed_name = tool,
                                                    .expose_uri = same,
                                                    .wraps_values = server.options().wrap_values});
}

}  // namespace

/// A stateless client with the extension, in whose name the call is made.
struct Tasks::Inner {
  Inner(const Call& call, Next rest, const mcp::Client& who, mcp::Events& where)
      : client(who), events(where), server(call.server), target(call.target), next(rest) {}
  const mcp::Client& client;
  mcp::Events& events;
  upstream::Upstream* server;
  catalog::Target target;
  Next next;
  std::shared_ptr<const Routes> routes;  // of the call; what is asked later goes by the newest ones
  TimePoint received_at{};
  bool prefer = false;
};

Task<mcp::Reply> Tasks::submit(const Inner& inner, const mcp::Message& request, Cancel& cancel) {
  const mcp::Call in{request, inner.client, inner.events, cancel, inner.received_at};
  if (request.method == mcp::Method::tools_call) {
    Call call{.in = in, .routes = *inner.routes, .server = inner.server, .keep = &inner.routes};
    call.target = inner.target;
    co_return co_await hop_.call(call, inner.next, inner.prefer);
  }
  const std::shared_ptr<const Routes> routes = parts_.routes;
  const Call call{.in = in, .routes = *routes, .keep = &routes};
  co_return co_await hop_.about_task(call);
}

Task<bridge::InputResponse> Tasks::ask(const Call& call, const bridge::KeyedQuestion& keyed, Cancel& cancel) {
  Relay relay(call, parts_.hop.means);
  asking::Route route(call.in.client, call.in.events, relay.asked_by(), mcp::kLatest);
  bridge::Question question = keyed.question;
  auto reply = co_await asking::ask_client(parts_.hop.means, route, std::move(question), cancel);
  co_return bridge::to_input_response(keyed.question, reply);
}

/// What a task needs while it runs in the background.
struct Tasks::Kept {
  Kept(const Call& call, Next rest)
      : routes(*call.keep), server(call.server), target(call.target), next(rest), client(call.in.client.revision) {}
  std::shared_ptr<const Routes> routes;
  upstream::Upstream* server;
  catalog::Target target;
  Next next;
  mcp::Revision client;
};

Task<mcp::Reply> Tasks::begin_task(Call& call, Next next) {
  auto kept = std::make_shared<Kept>(call, next);
  Relay relay(call, parts_.hop.means);
  tasks::Facades::Work how = [this, kept](tasks::Facade& facade) { return work(kept, facade); };
  co_return parts_.facades.start(call.in, relay.asked_by(), std::move(how));
}

Task<mcp::Reply> Tasks::work(std::shared_ptr<Kept> kept, tasks::Facade& facade) {
  tasks::NobodyThere nobody;
  const mcp::Call in{*facade.request, *facade.client, nobody, facade.cancel, Clock::now()};
  Call call{.in = in, .routes = *kept->routes, .server = kept->server, .keep = &kept->routes};
  call.target = kept->target;
  Inner inner(call, kept->next, *facade.client, nobody);
  inner.routes = kept->routes;
  inner.received_at = in.received_at;
  inner.prefer = true;
  const tasks::Driver::Submit send = [&](const mcp::Message& request, Cancel& cancel) {
    return submit(inner, request, cancel);
  };
  const tasks::Driver::Ask question = [&](const bridge::KeyedQuestion& keyed, Cancel& cancel) {
    return facade.ask(keyed, cancel);
  };
  const std::function<void(const bridge::TaskObject&)> seen = [&](const bridge::TaskObject& task) {
    facade.reported(task);
  };
  tasks::Driver driver(parts_.hop.means.loop, parts_.hop.options, parts_.hop.means.options, send, question, seen);
  auto reply = co_await driver.run(*facade.request, facade.cancel);
  co_return for_client(kept->client, *kept->server, (*facade.request).params.name, std::move(reply));
}

/// The task that this request goes on waiting for; empty: it continues nothing of ours.
std::string Tasks::continued_task(const Call& call) const {
  const auto responses = bridge::read_input_responses(call.in.request);
  const auto digest = bridge::call_digest(call.routes.endpoint, call.in.request);
  if (!responses || !responses->state || !digest) return {};
  const auto state = bridge::open_state(parts_.hop.keys, mcp::caller_key(*call.in.client.who), *responses->state,
                                        call.server->name(), *digest, wall_clock());
  const bool is_ours = state && state->kind == RequestState::Kind::absorbed && state->inner;
  return is_ours ? *state->inner : std::string();
}

Task<mcp::Reply> Tasks::absorb(Call& call, Next next) {
  if (mcp::is_modern(call.in.client.revision)) {
    std::string task_id = continued_task(call);
    if (!task_id.empty()) co_return co_await await_outcome(call, next, std::move(task_id));
  }
  const auto plan = bridge::how_to_call(task_server(call, false));
  if (plan == bridge::TaskRequest::plain) co_return co_await hop_.call(call, next, false);
  if (plan == bridge::TaskRequest::declare) {
    auto reply = co_await next(call);
    if (!bridge::insists_on_tasks(reply)) co_return reply;
  }
  co_return co_await await_outcome(call, next, {});
}

/// `task_id`: of a task that waits for the answers in this request; empty: the call is made now.
Task<mcp::Reply> Tasks::await_outcome(Call& call, Next next, std::string task_id) {
  mcp::Client client = call.in.client;
  const bool can_be_asked = mcp::has_sessions(client.revision);
  client.revision = mcp::kLatest;
  client.capabilities.tasks = true;
  client.session = {};
  Cancel stop;
  const Cancel::Hook outer(call.in.cancel, [&] { stop.request(call.in.cancel.reason()); });
  const net::Deadline deadline(parts_.hop.means.loop.timers(), call.server->options().max_timeout, stop);
  tasks::TaskProgress progress(call.in.events, call.in.request.params.meta.progress_token);
  Inner inner(call, next, client, progress);
  inner.routes = *call.keep;
  inner.received_at = call.in.received_at;
  const tasks::Driver::Submit send = [&](const mcp::Message& request, Cancel& cancel) {
    return submit(inner, request, cancel);
  };
  tasks::Driver::Ask question;
  if (can_be_asked) {
    question = [&](const bridge::KeyedQuestion& keyed, Cancel& cancel) { return ask(call, keyed, cancel); };
  }
  const tasks::Driver::Seen seen = [&](const bridge::TaskObject& task) { progress.seen(task); };
  tasks::Driver driver(parts_.hop.means.loop, parts_.hop.options, parts_.hop.means.options, send, question, seen);
  mcp::Reply reply;
  if (task_id.empty()) {
    reply = co_await driver.run(call.in.request, stop);
  } else {
    const auto* given = call.in.request.params.object.find("inputResponses");
    std::string responses(given ? given->value : std::string_view());
    reply = co_await driver.follow(std::move(task_id), std::move(responses), stop);
  }
  const bool asks = reply && (*reply)->kind == mcp::ResultKind::input_required && !driver.task_id().empty();
  if (asks) co_return seal_questions(call, **reply, driver.task_id());
  co_return for_client(call.in.client.revision, *call.server, call.in.request.params.name, std::move(reply));
}

/// The task's questions as those of the call; its id travels in the state, so that nothing has to be kept.
mcp::Reply Tasks::seal_questions(const Call& call, const mcp::Answer& answer, std::string task_id) const {
  RequestState state;
  state.kind = RequestState::Kind::absorbed;
  state.server = call.server->name();
  state.digest = bridge::call_digest(call.routes.endpoint, call.in.request).value_or("");
  state.inner = std::move(task_id);
  const auto lifetime = std::chrono::ceil<std::chrono::seconds>(parts_.hop.means.options.parked_wait);
  const std::string token =
      bridge::seal_state(parts_.hop.keys, mcp::caller_key(*call.in.client.who), state, wall_clock() + lifetime);
  std::string text = answer.body.str();
  text.insert(text.size() - 1, R"(,"requestState":)" + json::quoted(token));
  auto sealed = mcp::Answer::of(std::move(text));
  sealed->kind = mcp::ResultKind::input_required;
  return sealed;
}

}  // namespace gatehouse::stages
