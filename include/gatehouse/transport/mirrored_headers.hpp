#pragma once
#include <string>
#include <string_view>

#include <gatehouse/base/error.hpp>
#include <gatehouse/mcp/header_value.hpp>
#include <gatehouse/mcp/request.hpp>
#include <gatehouse/net/http1.hpp>

/// Headers that repeat what the body says. Rule: MCP 2026-07-28, basic/transports/streamable-http, "Standard Headers" and
/// "Value Encoding".
namespace gatehouse::transport {

inline constexpr std::string_view kVersionHeader = "MCP-Protocol-Version";
inline constexpr std::string_view kSessionHeader = "Mcp-Session-Id";
inline constexpr std::string_view kMethodHeader = "Mcp-Method";
inline constexpr std::string_view kNameHeader = "Mcp-Name";
inline constexpr std::string_view kLastEventHeader = "Last-Event-ID";

using mcp::decode_header_value;
using mcp::encode_header_value;

/// Checks that `MCP-Protocol-Version`, `Mcp-Method` and `Mcp-Name` repeat what the body says, so that a proxy and the server
/// cannot be told different things. Errors: header_mismatch (-32020, HTTP 400; origin client).
/// Rule: MCP 2026-07-28, basic/transports/streamable-http, "Server Validation".
[[nodiscard]] Result<void> check_mirrored_headers(const net::RequestHead& head, const mcp::Message& message);

/// The `Mcp-Param-*` headers of a request, at most kMaxParameterHeaders. Rule: same page, "Custom Headers from Tool Parameters".
inline constexpr std::size_t kMaxParameterHeaders = 32;
[[nodiscard]] boost::container::small_vector<net::Header, 4> parameter_headers(const net::RequestHead& head);

/// What `Mcp-Name` repeats for this request: the tool's or prompt's name, the URI, the task id; empty if nothing.
[[nodiscard]] std::string_view mirrored_name(const mcp::Message& message);

}  // namespace gatehouse::transport
