// What a run of calls amounted to.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "histogram.hpp"

namespace loadgen {

/// How a call ended. Only `ok` counts as a call in the rate and in the latencies.
enum class Outcome {
  ok,
  http_status,    ///< not 2xx
  rpc_error,      ///< a JSON-RPC error
  tool_error,     ///< a result with isError
  id_mismatch,    ///< an answer with another id than the request's
  text_mismatch,  ///< the right id, but the text of another call
  malformed,      ///< not HTTP/1.1, not JSON-RPC, or bytes after the answer
  broken,         ///< the connection failed or was closed before the answer ended, or could not be opened
  timeout,        ///< no complete answer in time
  unsent,         ///< open loop: due, but never sent because no connection became free
};
inline constexpr std::size_t kOutcomes = 10;
inline constexpr std::array<std::string_view, kOutcomes> kOutcomeNames = {
    "ok",        "http_status", "rpc_error", "tool_error", "id_mismatch", "text_mismatch",
    "malformed", "broken",      "timeout",   "unsent"};

/// Errors are counted in the warm-up too; latencies and the rate are not.
struct Summary {
  Histogram latency;                                ///< of measured calls that ended ok, nanoseconds
  std::array<std::uint64_t, kOutcomes> outcomes{};  ///< of all calls, the warm-up's included
  double seconds = 0;                               ///< from the start of measuring to the last measured answer
  std::uint64_t reconnects = 0;                     ///< connections that the server closed in good order
  std::uint64_t notifications = 0;                  ///< messages before the answer in event streams
  std::uint64_t body_bytes = 0;                     ///< of all answers
  std::uint64_t request_bytes = 0;                  ///< length of one request
  std::string first_error;

  [[nodiscard]] std::uint64_t& count(Outcome outcome) { return outcomes[static_cast<std::size_t>(outcome)]; }
  [[nodiscard]] std::uint64_t count(Outcome outcome) const { return outcomes[static_cast<std::size_t>(outcome)]; }
  [[nodiscard]] std::uint64_t errors() const;
  /// Measured calls that ended ok, per second.
  [[nodiscard]] double rate() const;
};

std::string to_json(const Summary& summary);
std::string to_text(const Summary& summary);

}  // namespace loadgen
