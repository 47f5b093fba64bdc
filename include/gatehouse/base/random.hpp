#pragma once
#include <cstdint>
#include <span>

namespace gatehouse {

/// Fills `out` with bytes that nobody can guess, from the operating system. Ends the process if there are none: going on with guessable
/// bytes would hand out guessable keys. Thread-safe.
void random_bytes(std::span<std::uint8_t> out);

}  // namespace gatehouse
