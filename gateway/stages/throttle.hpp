#pragma once
#include "gateway/ratelimit/limiter.hpp"
#include "gateway/stages/call.hpp"

namespace gatehouse::stages {

/// Counts requests against the limits that concern their sender alone, before anything is done for them: whoever calls what he may not
/// call, or what does not exist, pays from his own.
/// Errors: throttled with `data.limit`, `scope`, `quota`, `windowMs` (of rates) and `retryAfterMs`, and with the `requestId` that the line in
/// the log names, if there is one about this refusal. Rules: RS-34, RS-37.
class Throttle {
 public:
  static constexpr std::string_view kName = "throttle";
  explicit Throttle(ratelimit::Limiter& limiter) : limiter_(limiter) {}
  Task<mcp::Reply> handle(Call& call, Next next);

 private:
  Task<mcp::Reply> ask_first(Call& call, Next next, ratelimit::Decision decision);
  Task<mcp::Reply> inner(Call& call, Next next);
  Task<mcp::Reply> watch_step_up(Call& call, Next next);
  ratelimit::Limiter& limiter_;
};

/// Counts requests against the limits that others have a part in: of tools and servers. Further in than the checks of who may call what, so
/// that nobody uses up what he may not use; and what it refuses costs its sender nothing.
/// Errors: as Throttle.
class ThrottleTarget {
 public:
  static constexpr std::string_view kName = "throttle_target";
  explicit ThrottleTarget(ratelimit::Limiter& limiter) : limiter_(limiter) {}
  Task<mcp::Reply> handle(Call& call, Next next);

 private:
  Task<mcp::Reply> ask_first(Call& call, Next next, ratelimit::Decision decision);
  Task<mcp::Reply> run(Call& call, Next next);
  mcp::Reply refuse(const Call& call, const ratelimit::Decision& decision, const std::string& name);
  ratelimit::Limiter& limiter_;
};

}  // namespace gatehouse::stages
