#pragma once
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include <boost/unordered/unordered_flat_map.hpp>

#include <gatehouse/base/task_group.hpp>
#include <gatehouse/mcp/call.hpp>
#include <gatehouse/net/loop.hpp>

#include "gateway/asking/held_call.hpp"
#include "gateway/bridge/input_required.hpp"
#include "gateway/bridge/question_options.hpp"
#include "gateway/bridge/request_state.hpp"

namespace gatehouse::asking {

/// Calls of stateless clients at servers with sessions. Such a server asks in the middle of a call and waits; the client is asked by
/// ending its request with `input_required`, and comes back with the answers in a new one. In between the call is parked here: it
/// goes on running, in the hands of this object, with its own copy of the request.
/// What happens when is decided by bridge::ParkedCall. Rule: gateway rules 6.2, GB-121 to GB-132.
class Parking {
 public:
  /// Makes the call at its server and returns its answer as the client shall get it; owned by the parked call. `call` lives that long.
  using Run = HeldCall::Run;

  /// `keys` and `options` may change while calls are parked.
  Parking(net::Loop& loop, const seal::KeyRing& keys, const bridge::QuestionOptions& options);
  ~Parking();

  /// Starts a call and waits for what comes first: its outcome, or questions. `server`: its configured name; `backend_member`: the same for
  /// `_meta`, or empty. `digest`: what is called (bridge/digest.hpp). Errors: those of the call; limit_exceeded; cancelled.
  Task<mcp::Reply> begin(const mcp::Call& call, std::string server, std::string backend_member, std::string digest,
                         Run run);
  /// Continues a call with the answers of a retry. REQUIRES: `state` was opened for this caller and call.
  /// Errors: as `begin`; state_lost when its process ended; invalid_params, request_state_consumed.
  Task<mcp::Reply> resume(const mcp::Call& call, const bridge::RequestState& state,
                          const bridge::InputResponses& responses);

  /// Cancels everything and waits for it.
  Task<void> stop();

  [[nodiscard]] std::size_t size() const { return held_.size(); }  ///< Calls that run, wait or are kept.
  [[nodiscard]] std::size_t parked() const;                        ///< Those that wait for their client.

 private:
  void advance(HeldCall& held);
  void carry_out(HeldCall& held, bridge::ParkedCall::Step step);
  void park(HeldCall& held);
  void forget(HeldCall& held);
  [[nodiscard]] bool may_park(const HeldCall& held) const;
  [[nodiscard]] mcp::Reply questions_of(const HeldCall& held) const;
  Task<void> run(std::shared_ptr<HeldCall> held);
  Task<mcp::Reply> wait(std::shared_ptr<HeldCall> held, HeldCall::Waiter& waiter);

  net::Loop& loop_;
  const seal::KeyRing& keys_;
  const bridge::QuestionOptions& options_;
  std::string owner_;  // names this process in states
  boost::unordered_flat_map<std::string, std::shared_ptr<HeldCall>> held_;
  TaskGroup tasks_;
};

}  // namespace gatehouse::asking
