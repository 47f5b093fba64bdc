#pragma once
#include <cstddef>
#include <cstdint>

namespace gatehouse::pins {

/// What happens to a tool that is not the one that was approved.
enum class OnChange : std::uint8_t {
  alert,   ///< It is shown and called as it is now; the log says so.
  hide,    ///< It does not exist until it is approved.
  refuse,  ///< It is shown as it was approved, and calls are refused.
};
/// What happens to a tool that nobody has seen before.
enum class OnNew : std::uint8_t {
  approve,  ///< It is what it is: trust on first use.
  hide,     ///< It does not exist until it is approved.
};
struct Options {
  OnChange on_change = OnChange::alert;
  OnNew on_new = OnNew::approve;
  /// Of one server. What does not fit cannot be compared: it is hidden, or with `alert` and `approve` shown, and told either way.
  std::size_t max_tools = 1000;
  std::size_t max_bytes = std::size_t{4} << 20;  ///< All definitions of one server, as approved and as they wait.
  bool operator==(const Options&) const = default;
};

}  // namespace gatehouse::pins
