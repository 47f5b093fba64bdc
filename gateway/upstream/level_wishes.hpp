#pragma once
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include <gatehouse/mcp/methods.hpp>

namespace gatehouse::upstream {

/// Log levels that running calls want on one shared connection. Pure.
class LevelWishes {
 public:
  void add(mcp::LogLevel level) { ++count_[static_cast<std::size_t>(level)]; }
  void remove(mcp::LogLevel level) { --count_[static_cast<std::size_t>(level)]; }
  /// What the connection has to be at for all of them; none: nobody wants anything.
  [[nodiscard]] std::optional<mcp::LogLevel> most_verbose() const {
    const auto wanted = std::ranges::find_if(count_, [](std::uint32_t count) { return count > 0; });
    if (wanted == count_.end()) return std::nullopt;
    return static_cast<mcp::LogLevel>(wanted - count_.begin());
  }

 private:
  std::array<std::uint32_t, 8> count_{};  // by level, most verbose first
};

}  // namespace gatehouse::upstream
