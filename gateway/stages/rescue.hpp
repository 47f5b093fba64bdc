#pragma once
#include "gateway/stages/call.hpp"

namespace gatehouse::stages {

/// The last word on failures: a server that cannot answer a tool call becomes a tool result with `isError`, which the model can
/// react to; and an exception becomes `Kind::internal`. Everything else keeps its kind, and the front turns it into the code and
/// status of the client's revision (mcp/error_codes.hpp).
/// Rule: gateway rule 10.1; tools: all revisions, server/tools, "Error Handling".
class Rescue {
 public:
  static constexpr std::string_view kName = "rescue";
  Task<mcp::Reply> handle(Call& call, Next next);
};

}  // namespace gatehouse::stages
