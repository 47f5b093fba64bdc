#pragma once
#include "gateway/stages/call.hpp"

namespace gatehouse::stages {

/// What a request that names nothing known is told: the same for what does not exist and for what its client may not see.
[[nodiscard]] Error unknown_target(const mcp::Message& request);

/// Finds the server that a request names.
/// Errors: not_found, resource_not_found with `data.uri`, invalid_params, method_not_found for what no server is asked.
class Route {
 public:
  static constexpr std::string_view kName = "route";
  Task<mcp::Reply> handle(Call& call, Next next);
};

}  // namespace gatehouse::stages
