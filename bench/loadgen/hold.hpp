// Keeps many sessions open, for measurements of memory.
#pragma once

#include "options.hpp"

namespace loadgen {

/// Opens `sessions` sessions one after another (in the modern era: only their connections), makes `calls_each` calls in
/// each, and opens an event stream in each if asked to. Without own connections all share one connection, which is
/// closed when everything is open. Then prints one JSON line, waits for the end of stdin, and prints another with the
/// number of connections and streams that the server closed meanwhile.
/// Throws std::runtime_error at the first step that fails. Returns the exit status: 1 if the server closed anything.
int hold_sessions(const Options& options);

}  // namespace loadgen
