#include "gateway/bridge/request_state.hpp"

#include <gatehouse/json/value.hpp>

namespace gatehouse::bridge {
namespace {

using json::Value;
using Kind = RequestState::Kind;

std::string_view to_text(Kind kind) {
  switch (kind) {
    case Kind::forward: return "fwd";
    case Kind::parked: return "park";
    case Kind::absorbed: return "absorb";
    case Kind::redo: return "redo";
    case Kind::replay: return "replay";
  }
  return "fwd";
}

std::optional<Kind> parse_kind(std::string_view text) {
  for (const Kind kind : {Kind::forward, Kind::parked, Kind::absorbed, Kind::redo, Kind::replay})
    if (to_text(kind) == text) return kind;
  return std::nullopt;
}

std::string write(const RequestState& state) {
  auto value = Value::object({{"k", to_text(state.kind)}, {"s", state.server}, {"d", state.digest}});
  if (state.inner) value.set("i", *state.inner);
  if (state.kind == Kind::parked) {
    value.set("o", state.owner);
    value.set("p", state.parked);
    value.set("g", state.generation);
  }
  return value.str();
}

std::optional<RequestState> read(std::string_view text) {
  const auto value = json::parse(text);
  const auto kind = value ? parse_kind(value->text("k")) : std::nullopt;
  if (!kind) return std::nullopt;  // of another version of this program
  RequestState state{.kind = *kind,
                     .server = std::string(value->text("s")),
                     .digest = std::string(value->text("d")),
                     .inner = {},
                     .owner = std::string(value->text("o")),
                     .parked = std::string(value->text("p"))};
  if (const Value* inner = value->find("i"); inner && inner->as_string()) state.inner = *inner->as_string();
  if (const Value* generation = value->find("g"))
    state.generation = static_cast<std::uint64_t>(generation->as_int().value_or(0));
  return state;
}

}  // namespace

Error state_error(StateProblem problem) {
  std::string_view reason, message;
  switch (problem) {
    case StateProblem::invalid:
      reason = "request_state_invalid";
      message = "requestState does not belong to this request: send it as it was received, with the same call.";
      break;
    case StateProblem::expired:
      reason = "request_state_expired";
      message = "requestState has expired: start the call again.";
      break;
    case StateProblem::consumed:
      reason = "request_state_consumed";
      message = "requestState was used before with other answers: continue with the newest one.";
      break;
  }
  return Error{gatehouse::Kind::invalid_params, Origin::client, std::string(message)}.with_data(
      Value::object({{"gatehouse", Value::object({{"reason", reason}})}}).str());
}

std::string seal_state(const seal::KeyRing& keys, std::string_view caller, const RequestState& state,
                       seal::Time expires) {
  return keys.seal(seal::Purpose::state, caller, write(state), expires);
}

Result<RequestState> open_state(const seal::KeyRing& keys, std::string_view caller, std::string_view token,
                                std::string_view server, std::string_view digest, seal::Time now) {
  const auto content = keys.open(seal::Purpose::state, caller, token, now);
  if (!content) {
    const bool expired = content.error() == seal::Refusal::expired;
    return fail(state_error(expired ? StateProblem::expired : StateProblem::invalid));
  }
  auto state = read(*content);
  if (!state || state->server != server || state->digest != digest) return fail(state_error(StateProblem::invalid));
  return std::move(*state);
}

}  // namespace gatehouse::bridge
