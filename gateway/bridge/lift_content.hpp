#pragma once
#include <memory>

#include <gatehouse/mcp/call.hpp>

/// Results in the words of an older revision. Pure. Rule: gateway rule 6.15.
namespace gatehouse::bridge {

/// Down-converts what the client's revision does not know in the result of `tools/call` or `prompts/get`: audio and links become
/// texts, structured content becomes a text where it cannot be said. A tool's result without `content` gets one. Everything else,
/// and everything that a client of 2025-06-18 or later understands anyway, is returned as it came.
/// `wraps_values`: structured content that is no object becomes the member `value` of one, where the client knows objects only.
[[nodiscard]] std::unique_ptr<mcp::Answer> fit_content(std::unique_ptr<mcp::Answer> answer, mcp::Method method,
                                                       mcp::Revision client, bool wraps_values = false);

}  // namespace gatehouse::bridge
