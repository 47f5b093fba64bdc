#pragma once
#include <string>

#include <gatehouse/client/connect.hpp>

/// What is said first to a server of each era, and what its answers mean. Pure.
namespace gatehouse::client {

/// Params of `initialize`, asking for the newest legacy revision.
[[nodiscard]] std::string initialize_params(const ConnectOptions& options);
/// Errors: bad_reply for a malformed result or a revision we do not speak.
[[nodiscard]] Result<Peer> read_initialize_result(const mcp::Answer& answer);

/// What an answer to `server/discover` says about the era (TR-622 to TR-624, TR-626).
enum class Probe { modern, legacy, modern_without_discover };
struct ProbeResult {
  Probe probe = Probe::legacy;
  Peer peer;  ///< For modern servers.
};
[[nodiscard]] ProbeResult read_discover_answer(const mcp::Answer& answer);

}  // namespace gatehouse::client
