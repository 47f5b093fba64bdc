#pragma once
#include <vector>

#include <gatehouse/mcp/call.hpp>

#include "gateway/bridge/input_required.hpp"

/// "URL elicitation required", the error -32042 of 2025-11-25: the call failed, and can be made again once a person has visited some
/// URLs. Pure. Rule: 2025-11-25 client/elicitation; gateway rules, section 6.4.
namespace gatehouse::bridge {

[[nodiscard]] bool is_url_required(const mcp::Answer& answer);

/// The URLs as questions under the keys `u1`, `u2`, …. Errors: bad_reply.
[[nodiscard]] Result<std::vector<KeyedQuestion>> read_url_required(const mcp::Answer& error);

/// The error as a client with a session gets it: its ids and messages name the server. Errors: bad_reply.
[[nodiscard]] mcp::Reply write_url_required(std::vector<KeyedQuestion> urls, const Asked& asked,
                                            std::string_view message);

/// What a client gets that cannot be sent to a URL.
[[nodiscard]] Error cannot_visit_urls(mcp::Revision client, std::string_view server_name, std::string_view exposed_name);

}  // namespace gatehouse::bridge
