#pragma once
#include <cstdint>
#include <span>

namespace gatehouse::seal {

/// Fills `out` with bytes that nobody can guess. The only place that asks for randomness here.
void random_bytes(std::span<std::uint8_t> out);

}  // namespace gatehouse::seal
