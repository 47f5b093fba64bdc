#pragma once
#include <expected>
#include <string>

#include <gatehouse/json/value.hpp>
#include <gatehouse/mcp/revision.hpp>

/// `sampling/createMessage` between revisions that allow one content block per message and those that allow several. Pure.
/// Rule: 2025-11-25 client/sampling (SEP-1577); gateway rule GB-171.
namespace gatehouse::bridge {

/// Splits messages with several blocks into messages of the same role, for clients before 2025-11-25.
void split_messages(json::Value& params);

/// A client's answer for a server that knows one block only: one is taken out of its list, texts are joined.
/// Errors: what has no such form, for people.
[[nodiscard]] std::expected<void, std::string> join_content(json::Value& result);

}  // namespace gatehouse::bridge
