#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include <gatehouse/json/value.hpp>
#include <gatehouse/mcp/revision.hpp>

/// A tool's definition as clients of each revision may read it. Pure. Rule: gateway rules 6.15 and GB-254.
namespace gatehouse::catalog {

/// Revisions whose definitions follow the same rules. Asked for by its revision, used as an index.
enum class Dialect : std::uint8_t {
  modern,      ///< 2026-07-28
  structured,  ///< 2025-06-18 and 2025-11-25: output schemas are objects
  plain,       ///< older: no output schemas
};
inline constexpr std::size_t kDialects = 3;
[[nodiscard]] Dialect dialect_of(mcp::Revision revision);

/// What an operator wants said of a server's tools.
struct ToolWords {
  std::string schema_dialect;  ///< `$schema` of schemas that name none, for clients of 2026-07-28; empty: they stay.
  bool wraps_values =
      false;  ///< Structured content that is no object: `{"value":…}` for clients that know objects only.

  bool operator==(const ToolWords&) const = default;
};

/// The definition as the dialect has it; none if it stays as it is.
/// Every revision: an input schema says `"type":"object"`. Before 2026-07-28: no `x-mcp-header`, no boolean schemas of properties, no
/// output schema whose root is not an object. Before 2025-06-18: no output schema. From 2026-07-28 on: no `execution`.
[[nodiscard]] std::optional<json::Value> tool_for(Dialect dialect, const json::Value& tool, const ToolWords& words = {});

}  // namespace gatehouse::catalog
