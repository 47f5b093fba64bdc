#pragma once
#include <string>
#include <string_view>
#include <vector>

#include <gatehouse/json/value.hpp>
#include <gatehouse/mcp/principal.hpp>

namespace gatehouse::policy {

using WallTime = mcp::WallTime;

inline constexpr std::string_view kApiKeyMethod = "api_key";

/// What rules can know of a principal, after roles were mapped and scopes expanded.
struct Subject {
  mcp::PrincipalKind kind = mcp::PrincipalKind::anonymous;
  std::string subject, issuer, tenant, client, method, acr;  ///< Empty: unknown; a tenant may be "".
  std::vector<std::string> roles, groups, scopes, amr;
  json::Value claims = json::Value::object();
  std::vector<std::string> tool_ceiling, endpoint_ceiling;  ///< Globs; empty: none.
  bool can_step_up = false;
};

}  // namespace gatehouse::policy
