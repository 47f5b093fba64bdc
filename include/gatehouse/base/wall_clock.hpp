#pragma once
#include <chrono>
#include <concepts>
#include <ctime>

namespace gatehouse {

/// Calendar time now: for what outlives this process, or is read and written by people. Everything else goes by `Clock` (time.hpp).
/// Engines get it as an argument and never ask for it.
template <class Unit = std::chrono::seconds>
[[nodiscard]] std::chrono::sys_time<Unit> wall_clock() {
  // The clock that knows seconds only takes a tenth of the time.
  if constexpr (std::same_as<Unit, std::chrono::seconds>)
    return std::chrono::sys_seconds(std::chrono::seconds(std::time(nullptr)));
  else
    return std::chrono::floor<Unit>(std::chrono::system_clock::now());
}

}  // namespace gatehouse
