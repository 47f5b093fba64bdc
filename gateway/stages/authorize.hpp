#pragma once
#include "gateway/stages/call.hpp"

namespace gatehouse::stages {

/// May the caller do this? Judges what the request names, as its server calls it, with the arguments that will be forwarded.
/// What he may not even see is unknown, in the very words of what does not exist; a tool call continues as if there were no policy where
/// the endpoint has none.
/// Errors: not_found and resource_not_found; denied; insufficient_scope and login_too_weak with their challenges; invalid_params for
/// parameters that careless servers read differently. Rule: RS-24 to RS-29, R-3.
class Authorize {
 public:
  static constexpr std::string_view kName = "authorize";
  Task<mcp::Reply> handle(Call& call, Next next);
};

/// Requests without a server: may they be made? Errors: denied.
[[nodiscard]] Result<void> authorize_method(const Call& call);
[[nodiscard]] Access::Asker asker_of(const Call& call);
/// Whether somebody may watch a resource.
[[nodiscard]] bool may_watch(const Routes& routes, const Access::Asker& asker, const catalog::Target& target);

}  // namespace gatehouse::stages
