#pragma once
#include <string_view>

#include <gatehouse/mcp/call.hpp>

/// What every stateless transport (2026-07-28) does with a request, whatever carries it.
namespace gatehouse::transport {

/// `_meta` has a protocol version and client capabilities. Errors: missing_metadata (LF-202).
[[nodiscard]] Result<void> check_modern_metadata(const mcp::Message& message);
/// The version is served. Errors: unsupported_version with `supported` and `requested` (LF-203).
[[nodiscard]] Result<void> check_modern_version(const mcp::Message& message);
/// The method exists in the modern revision. Errors: method_not_found.
[[nodiscard]] Result<void> check_modern_method(const mcp::Message& message);
/// The asker as the request declares it; views into the message.
[[nodiscard]] mcp::Client modern_client(const mcp::Message& message, std::string_view address,
                                        std::string_view user_agent);
/// Answers `server/discover` from what the responder says about itself, everything else through the responder.
Task<mcp::Reply> answer_modern(const mcp::Call& call, mcp::Responder& responder);

}  // namespace gatehouse::transport
