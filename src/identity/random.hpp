#pragma once
#include <cstdint>
#include <span>

namespace gatehouse::identity {

/// Unguessable bytes. Ends the process if there are none.
void random_bytes(std::span<std::uint8_t> out);

}  // namespace gatehouse::identity
