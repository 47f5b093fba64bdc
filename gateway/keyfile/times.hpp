#pragma once
#include <optional>
#include <string>
#include <string_view>

#include <gatehouse/mcp/principal.hpp>

namespace gatehouse::keyfile {

/// `2026-11-27T09:30:00Z`; the file knows UTC only.
[[nodiscard]] std::string write_time(mcp::WallTime time);
/// The same, or a date (`2026-11-27`: its first second). None for anything else.
[[nodiscard]] std::optional<mcp::WallTime> read_time(std::string_view text);

}  // namespace gatehouse::keyfile
