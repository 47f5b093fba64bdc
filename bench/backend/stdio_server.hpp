// MCP over stdin and stdout.
#pragma once

#include "mcp_server.hpp"

namespace backend {

/// Answers one message per line until stdin ends. Rule: MCP 2025-11-25, basic/transports, "stdio".
void serve_stdio(McpServer& mcp);

}  // namespace backend
