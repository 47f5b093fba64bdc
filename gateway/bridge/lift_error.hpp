#pragma once
#include "gateway/bridge/lift.hpp"

namespace gatehouse::bridge {

/// Translates a server's error object for the client. One table: docs/errors.md, "Errors of servers".
[[nodiscard]] mcp::Reply lift_error(std::unique_ptr<mcp::Answer> answer, const Hop& hop);

/// What lift_error made for a stateless client, for an older one. Rule: lift_for_older.
[[nodiscard]] mcp::Reply lift_error_for_older(std::unique_ptr<mcp::Answer> answer, const Hop& hop);

}  // namespace gatehouse::bridge
