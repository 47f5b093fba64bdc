#pragma once
#include "gateway/stages/call.hpp"

namespace gatehouse::stages {

/// What is known of a server without asking it: refuses a `tools/call` whose headers contradict the tool's arguments or whose tool is
/// not what was approved, and answers completions of servers that have none. Behind Authorize: nobody learns anything of a tool that he
/// may not see.
/// Errors: header_mismatch; denied and not_found for tools that are held.
class CheckCall {
 public:
  static constexpr std::string_view kName = "check_call";
  Task<mcp::Reply> handle(Call& call, Next next);
};

}  // namespace gatehouse::stages
