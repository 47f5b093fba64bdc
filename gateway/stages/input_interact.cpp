// A client with a session and a stateless server: rounds of questions, then the request again.
#include <gatehouse/base/task_group.hpp>
#include <gatehouse/json/value.hpp>
#include <gatehouse/mcp/error_codes.hpp>
#include <gatehouse/transport/session.hpp>

#include "gateway/bridge/digest.hpp"
#include "gateway/bridge/interaction.hpp"
#include "gateway/bridge/url_required.hpp"
#include "gateway/stages/input.hpp"
#include "gateway/stages/server_call.hpp"

namespace gatehouse::stages {
namespace {

using bridge::Interaction;

constexpr std::size_t kMaxDepth = 1000;  // what is read again was checked against the configured depth before

std::string_view exposed_name(const mcp::Message& request) {
  return request.params.name.data() ? request.params.name : request.params.uri;
}

/// The questions of one round, all at once (GB-101).
class Round {
 public:
  Round(const asking::Means& means, const Call& call, Relay& relay, Interaction& interaction)
      : means_(means), call_(call), relay_(relay), interaction_(interaction) {}

  /// Empty: all were answered. Else why one was not; the others are withdrawn.
  Task<void> run(const std::vector<bridge::KeyedQuestion>& questions) {
    const Cancel::Hook outer(call_.in.cancel, [this] { stop_.request(call_.in.cancel.reason()); });
    TaskGroup group;
    for (const auto& question : questions) group.spawn(ask(question));
    co_await group.join();
  }
  [[nodiscard]] const std::string& refusal() const { return refusal_; }
  [[nodiscard]] const std::string& refused() const { return refused_; }

 private:
  Task<void> ask(const bridge::KeyedQuestion& keyed) {
    asking::Route route(call_.in.client, call_.in.events, relay_.asked_by(), relay_.server());
    route.remind = [this] { relay_.remind(); };
    bridge::Question question = keyed.question;
    relay_.expose_uris(question);
    auto reply = co_await asking::ask_client(means_, route, std::move(question), stop_);
    auto response = bridge::to_input_response(keyed.question, reply);
    if (response.value) co_return interaction_.answered(keyed, std::move(*response.value));
    if (!refusal_.empty()) co_return;
    refusal_ = std::move(response.refusal);
    refused_ = keyed.question.method;
    stop_.request(CancelReason::superseded);
  }

  const asking::Means& means_;
  const Call& call_;
  Relay& relay_;
  Interaction& interaction_;
  Cancel stop_;
  std::string refusal_, refused_;
};

/// The URLs that were opened in this call have served their purpose (2025-11-25 client/elicitation, "Completion Notifications").
void tell_completed(const Call& call, const Interaction& interaction) {
  for (const std::string& id : interaction.opened()) {
    const auto params =
        json::Value::object({{"elicitationId", bridge::exposed_elicitation_id(call.server->name(), id)}}).str();
    call.in.events.notify(mcp::notification::kElicitationComplete, json::Splice(params));
  }
}

/// What cannot be asked of this client; nothing may be asked then (the server would wait for all answers).
std::optional<Error> undeclared(const Call& call, const Relay& relay, const bridge::InputRequired& input) {
  for (const auto& [key, question] : input.questions) {
    const auto needed = bridge::missing_capability(question, call.server->declared(call.in.client));
    if (needed) return bridge::not_declared(relay.asked_by(), exposed_name(call.in.request), *needed);
  }
  return std::nullopt;
}

std::string what_is_called(const Call& call) {
  // The call was read, so its params have a digest.
  return bridge::call_digest(call.routes.endpoint, call.in.request).value_or("") + " " + call.server->name();
}

Error withdrawn() { return {Kind::cancelled, Origin::client, "The request was cancelled."}; }

}  // namespace

/// Asks what the server wants to know. No answer: the call can be made again; else it is the call's.
Task<mcp::Reply> Input::ask_round(const Call& call, Relay& relay, Interaction& interaction, const mcp::Answer& answer) {
  const mcp::Message& request = call.in.request;
  auto input = bridge::read_input_required(answer);
  if (!input) co_return fail(std::move(input.error()));
  auto problem = undeclared(call, relay, *input);
  if (problem) co_return fail(std::move(*problem));
  auto round = interaction.begin(std::move(*input));
  if (round.step == Interaction::Step::exhausted)
    co_return bridge::input_refused(request.method, exposed_name(request), "its questions", "it asked too often");
  if (round.step == Interaction::Step::url_open) {
    keep_standing(call, interaction);
    co_return bridge::write_url_required(std::move(round.questions), relay.asked_by(), "A URL has to be visited first.");
  }
  if (round.step == Interaction::Step::wait) co_await parts_.means.loop.sleep(round.delay, &call.in.cancel);
  if (round.step == Interaction::Step::ask) {
    Round asking(parts_.means, call, relay, interaction);
    co_await asking.run(round.questions);
    if (!asking.refusal().empty() && !call.in.cancel.requested())
      co_return bridge::input_refused(request.method, exposed_name(request), asking.refused(), asking.refusal());
  }
  if (call.in.cancel.requested()) co_return fail(withdrawn());
  co_return mcp::Reply();
}

/// The request once more, with what is known by now.
Task<mcp::Reply> Input::next_round(const Call& call, Relay& relay, const Interaction& interaction) {
  const Buffer text = Buffer::copy_of(interaction.next_request(call.in.request));
  auto message = mcp::read_message(text.view(), kMaxDepth);
  if (!message) co_return fail(std::move(message.error()));
  const mcp::Call in{*message, call.in.client, call.in.events, call.in.cancel, call.in.received_at};
  Call next{.in = in, .routes = call.routes, .server = call.server, .target = call.target, .keep = call.keep};
  relay.next_round();
  co_return co_await call_server(next, relay);
}

/// `answer`: asks for input; null: the call goes on where it stood.
Task<mcp::Reply> Input::interact(Call& call, Relay& relay, std::unique_ptr<mcp::Answer> answer,
                                 asking::OpenUrls::Standing standing) {
  Interaction interaction(parts_.means.options, transport::random_id(), std::move(standing));
  while (true) {
    if (answer) {
      auto ended = co_await ask_round(call, relay, interaction, *answer);
      if (!ended || *ended) co_return ended;
    }
    auto reply = co_await next_round(call, relay, interaction);
    const bool asks_again = reply && (*reply)->kind == mcp::ResultKind::input_required;
    if (!asks_again) {
      if (reply) tell_completed(call, interaction);
      co_return reply;
    }
    answer = std::move(*reply);
  }
}

std::optional<asking::OpenUrls::Standing> Input::where_it_stood(const Call& call) const {
  const mcp::Client& client = call.in.client;
  if (client.session.empty() || !mcp::may_require_input(call.in.request.method)) return std::nullopt;
  return parts_.open_urls.take(client.session, what_is_called(call), Clock::now());
}

void Input::keep_standing(const Call& call, const Interaction& interaction) const {
  const TimePoint now = Clock::now();
  parts_.open_urls.keep(call.in.client.session, what_is_called(call), interaction.standing(), now,
                        now + parts_.means.options.parked_wait);
}

}  // namespace gatehouse::stages
