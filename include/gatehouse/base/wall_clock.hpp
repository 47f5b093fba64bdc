#pragma once
#include <chrono>

namespace gatehouse {

/// Calendar time now: for what outlives this process, or is read and written by people. Everything else goes by `Clock` (time.hpp).
/// Engines get it as an argument and never ask for it.
template <class Unit = std::chrono::seconds>
[[nodiscard]] std::chrono::sys_time<Unit> wall_clock() {
  return std::chrono::floor<Unit>(std::chrono::system_clock::now());
}

}  // namespace gatehouse
