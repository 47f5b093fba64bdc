#pragma once
#include <cstdint>

namespace gatehouse::mcp {

/// What a server says about a tool in its `annotations`. What it does not say has the default of the specification, which is the
/// careful one: not read-only, destructive, not idempotent, open to the world.
struct ToolHints {
  bool read_only = false;
  bool destructive = true;
  bool idempotent = false;
  bool open_world = true;

  [[nodiscard]] unsigned bits() const {
    return (read_only ? 1U : 0U) | (destructive ? 2U : 0U) | (idempotent ? 4U : 0U) | (open_world ? 8U : 0U);
  }
  bool operator==(const ToolHints&) const = default;
};

}  // namespace gatehouse::mcp
