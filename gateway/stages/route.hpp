#pragma once
#include "gateway/stages/call.hpp"

namespace gatehouse::stages {

/// Finds the server that a request names.
/// Also: refuses a `tools/call` whose headers contradict the tool's arguments, and answers completions of servers that have none.
/// Errors: header_mismatch, not_found, resource_not_found with `data.uri`, invalid_params, method_not_found for what no server is asked.
class Route {
 public:
  static constexpr std::string_view kName = "route";
  Task<mcp::Reply> handle(Call& call, Next next);
};

}  // namespace gatehouse::stages
