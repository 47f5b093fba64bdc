#pragma once
#include <optional>
#include <string>
#include <string_view>

#include <gatehouse/mcp/request.hpp>

namespace gatehouse::bridge {

/// `original` again, with these `inputResponses` (raw, or empty for none) and this `requestState` instead of its own: one JSON-RPC
/// message. Everything else stays as it was written.
[[nodiscard]] std::string retry_request(const mcp::Message& original, std::string_view responses,
                                        const std::optional<std::string>& state);

}  // namespace gatehouse::bridge
