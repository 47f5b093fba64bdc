#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/seal/seal.hpp"

/// The `requestState` that stateless clients carry between an `input_required` result and their retry. Pure.
/// Rule: 2026-07-28 basic/patterns/mrtr; gateway rules 4.4, GB-071 to GB-073.
namespace gatehouse::bridge {

struct RequestState {
  enum class Kind {
    forward,   ///< The server's own state (`inner`) goes back to it.
    parked,    ///< A call waits here under `parked`.
    absorbed,  ///< The call became a task at its server (`inner` is its sealed id) and goes on with these answers.
    redo,      ///< The call failed and is made again once its URLs were visited.
    replay,    ///< The call is made again from its start with the answers so far (`inner`: replay.hpp).
  };
  Kind kind = Kind::forward;
  std::string server;  ///< Its configured name.
  std::string digest;  ///< Of the call (digest.hpp).
  std::optional<std::string>
      inner;  ///< forward: as the server gave it; none: it gave none and gets none. absorbed: a task id. replay: its memory.
  std::string owner;             ///< parked: the process that holds the call.
  std::string parked;            ///< parked: its id there.
  std::uint64_t generation = 0;  ///< parked: which of its answers this is; counts from 1.

  bool operator==(const RequestState&) const = default;
};

/// `caller`: mcp::caller_key.
[[nodiscard]] std::string seal_state(const seal::KeyRing& keys, std::string_view caller, const RequestState& state,
                                     seal::Time expires);

/// Opens the state of a retry and checks that it belongs to this caller, server and call.
/// Errors: invalid_params with `data.gatehouse.reason` = `request_state_invalid` or `request_state_expired` (GB-072).
[[nodiscard]] Result<RequestState> open_state(const seal::KeyRing& keys, std::string_view caller,
                                              std::string_view token, std::string_view server, std::string_view digest,
                                              seal::Time now);

/// What is wrong with a retry, for `data.gatehouse.reason`.
enum class StateProblem { invalid, expired, consumed };
[[nodiscard]] Error state_error(StateProblem problem);

}  // namespace gatehouse::bridge
