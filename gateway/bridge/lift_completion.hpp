#pragma once
#include <memory>

#include <gatehouse/mcp/call.hpp>

/// Answers to `completion/complete`. Pure. Rule: GB-341.
namespace gatehouse::bridge {

/// What a server without completions has to say: nothing, but no error, for the gateway as a whole does offer them.
[[nodiscard]] std::unique_ptr<mcp::Answer> no_completions();

/// At most 100 values; more than that were not all.
[[nodiscard]] std::unique_ptr<mcp::Answer> cap_completion(std::unique_ptr<mcp::Answer> answer);

}  // namespace gatehouse::bridge
