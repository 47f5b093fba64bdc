#pragma once
#include <gatehouse/net/loop.hpp>

#include "gateway/asking/open_urls.hpp"
#include "gateway/asking/parking.hpp"
#include "gateway/seal/seal.hpp"
#include "gateway/stages/call.hpp"
#include "gateway/stages/relay.hpp"

namespace gatehouse::stages {

/// The server asks the client, across eras. Stateless servers ask by ending the request with `input_required` and stateless clients
/// answer with a new request; with sessions, the server sends a request of its own and waits.
///
///     client         │ stateless server                       │ server with sessions
///     ───────────────┼────────────────────────────────────────┼───────────────────────────────────────────────
///     stateless      │ `seal_questions`: passed on; the state  │ `park`: the call waits here between the client's
///                    │ travels sealed, `resume` opens it       │ requests, `resume` brings the answers; or `replay`:
///                    │                                         │ it is made again with the answers so far
///     with a session │ `interact`: asked at once, then the     │ Relay::asked: asked while the call runs
///                    │ request is sent again, in rounds        │
///
/// URLs that have to be visited first (-32042) are an `input_required` of their own kind for stateless clients: `urls_required`.
/// Rules: gateway rules 6.1 to 6.4; docs/bridging.md.
class Input {
 public:
  struct Parts {
    const asking::Means& means;
    asking::Parking& parking;
    asking::OpenUrls& open_urls;
    const seal::KeyRing& keys;
  };
  explicit Input(Parts parts) : parts_(parts) {}

  /// True for a call that needs `begin`: it continues another one, or its server may ask while it runs and its client cannot be asked
  /// then. Costs plain calls a few comparisons.
  [[nodiscard]] static bool concerns(const Call& call);
  /// Makes such a call. `Errors`: invalid_params for a state that is forged, expired, used or of another call (GB-072).
  Task<mcp::Reply> begin(Call& call);
  /// Makes any other call.
  Task<mcp::Reply> plain(Call& call);

 private:
  Task<mcp::Reply> resume(Call& call, const std::string& state, std::string digest);
  Task<mcp::Reply> again(Call& call, std::string_view responses, std::optional<std::string> state);
  Task<mcp::Reply> park(Call& call, std::string digest);
  [[nodiscard]] static bool may_replay(const Call& call);
  Task<mcp::Reply> replay(Call& call, const std::optional<std::string>& memory, const bridge::InputResponses& responses);
  Task<mcp::Reply> follow_up(Call& call, Relay& relay, std::unique_ptr<mcp::Answer> answer);
  mcp::Reply seal_questions(const Call& call, const Relay& relay, const mcp::Answer& answer);
  mcp::Reply urls_required(const Call& call, const Relay& relay, const mcp::Answer& error);
  Task<mcp::Reply> interact(Call& call, Relay& relay, std::unique_ptr<mcp::Answer> answer,
                            asking::OpenUrls::Standing standing);
  Task<mcp::Reply> ask_round(const Call& call, Relay& relay, bridge::Interaction& interaction,
                             const mcp::Answer& answer);
  Task<mcp::Reply> next_round(const Call& call, Relay& relay, const bridge::Interaction& interaction);
  [[nodiscard]] std::optional<asking::OpenUrls::Standing> where_it_stood(const Call& call) const;
  void keep_standing(const Call& call, const bridge::Interaction& interaction) const;
  /// For programs, where people are told: an endpoint that shows one server as itself has nothing to say.
  [[nodiscard]] static std::string who_asks(const Call& call);
  [[nodiscard]] std::string seal_state(const Call& call, bridge::RequestState state) const;

  Parts parts_;
};

}  // namespace gatehouse::stages
