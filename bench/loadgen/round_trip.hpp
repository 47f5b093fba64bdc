// Blocking HTTP: for what happens before measuring starts.
#pragma once

#include <string>
#include <string_view>

#include "../support/fd.hpp"
#include "options.hpp"
#include "response_reader.hpp"

namespace loadgen {

/// A connected TCP socket without Nagle's delay, or none (errno says why). Blocks for at most the timeout. With
/// `options.hold`, closing it resets the connection, so that thousands leave no sockets behind in TIME_WAIT.
bench::Fd connect_to(const Options& options);

/// Sends a request and reads until the response ends, or only until its head was read (for an event stream).
/// Throws std::runtime_error that names the request, when the connection fails or the answer is not 2xx.
enum class Until { end, head };
ResponseReader round_trip(const bench::Fd& connection, std::string_view request, Until until = Until::end);

/// Opens a legacy session on this connection and returns its id; empty when the server has no sessions.
/// Throws std::runtime_error like round_trip().
std::string open_session(const Options& options, const bench::Fd& connection);

}  // namespace loadgen
