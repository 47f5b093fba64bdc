// A stateless client and a server with sessions whose tool may run more than once: the call is made again with every answer.
#include <gatehouse/base/task_group.hpp>
#include <gatehouse/base/wildcard.hpp>
#include <gatehouse/net/timers.hpp>

#include "gateway/bridge/answers.hpp"
#include "gateway/bridge/replay.hpp"
#include "gateway/bridge/url_required.hpp"
#include "gateway/stages/input.hpp"
#include "gateway/stages/server_call.hpp"

namespace gatehouse::stages {
namespace {

constexpr std::size_t kMaxMemory = 64u << 10;  // that a client has to carry

/// One run of the call, from its start to its answer or to questions that nobody answered before.
class Run final : public mcp::Events {
 public:
  Run(const asking::Means& means, const Call& call, bridge::Replay& replay)
      : means_(means), call_(call), replay_(replay), collect_(means.loop.timers()) {}

  void notify(std::string_view method, const json::Splice& params) override { call_.in.events.notify(method, params); }
  Task<mcp::Reply> ask(std::string_view method, const json::Splice& params, Cancel& withdrawn) override;

  /// The call's answer; none if it waits for answers (`Replay::open`).
  Task<mcp::Reply> run() {
    const Cancel::Hook gone(call_.in.cancel, [this] { stop_.request(call_.in.cancel.reason()); });
    const mcp::Call in{call_.in.request, call_.in.client, *this, stop_, call_.in.received_at};
    Call call{.in = in, .routes = call_.routes, .server = call_.server, .target = call_.target, .keep = call_.keep};
    Relay relay(call, means_);
    auto reply = co_await call_server(call, relay);
    over_ = true;
    collect_.disarm();
    if (waits_) co_return mcp::Reply();
    co_return reply;
  }

 private:
  const asking::Means& means_;
  const Call& call_;
  bridge::Replay& replay_;
  Cancel stop_;
  net::Timer collect_;  // further questions of the same moment (GB-101)
  bool waits_ = false, over_ = false;
};

Task<mcp::Reply> Run::ask(std::string_view method, const json::Splice& params, Cancel& withdrawn) {
  auto question = bridge::read_question(method, params.str());
  if (!question) co_return fail(std::move(question.error()));
  if (over_ || replay_.open().size() >= bridge::kMaxQuestions)
    co_return fail(Kind::invalid_params, Origin::client, "The client is asked too much during one call.");
  auto known = replay_.ask(std::move(*question));
  if (known) co_return mcp::Answer::of(std::move(*known));
  if (!collect_.armed()) {
    collect_.arm(means_.options.coalesce, [this] {
      waits_ = true;
      stop_.request(CancelReason::superseded);
    });
  }
  Signal changed;
  const Cancel::Hook over(withdrawn, [&changed] { changed.notify(); });
  while (!withdrawn.requested()) co_await changed.wait();
  co_return fail(Kind::cancelled, Origin::client, "The question was withdrawn.");
}

Error memory_full() {
  return Error{Kind::limit_exceeded, Origin::gateway, "The answers to this call are more than a client can carry."}
      .with_data(R"({"gatehouse":{"limit":"replay_bytes"}})");
}

}  // namespace

bool Input::may_replay(const Call& call) {
  return call.in.request.method == mcp::Method::tools_call &&
         matches_any_wildcards(call.server->options().replay_tools, call.target.local);
}

Task<mcp::Reply> Input::replay(Call& call, const std::optional<std::string>& memory,
                               const bridge::InputResponses& responses) {
  bridge::Replay rounds;
  if (memory) {
    auto before = bridge::Replay::of(*memory);
    if (!before) co_return fail(bridge::state_error(bridge::StateProblem::invalid));
    rounds = std::move(*before);
    rounds.answered(responses);
  }
  const mcp::Message& request = call.in.request;
  if (rounds.runs() > parts_.means.options.max_rounds)
    co_return bridge::input_refused(request.method, request.params.name, "its questions", "it asked too often");
  Run run(parts_.means, call, rounds);
  auto reply = co_await run.run();
  if (!reply || *reply) {
    if (reply && bridge::is_url_required(**reply)) {
      Relay relay(call, parts_.means);
      co_return urls_required(call, relay, **reply);
    }
    co_return reply;
  }
  bridge::InputRequired input;
  input.questions = rounds.open();
  bridge::RequestState state;
  state.kind = bridge::RequestState::Kind::replay;
  state.inner = rounds.remember();
  if (state.inner->size() > kMaxMemory) co_return fail(memory_full());
  input.state = seal_state(call, std::move(state));
  co_return bridge::write_input_required(input, who_asks(call));
}

}  // namespace gatehouse::stages
