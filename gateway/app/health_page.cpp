// `/health`, for load balancers and people. What it says: docs/resilience.md.
#include <algorithm>
#include <chrono>

#include <fmt/chrono.h>

#include <gatehouse/json/value.hpp>

#include "gateway/app/gateway.hpp"

namespace gatehouse::app {
namespace {

using breaker::BreakerState;

/// The moment of a monotonic time, as people write it.
std::string moment(TimePoint when, TimePoint now) {
  const auto wall = std::chrono::system_clock::now() - std::chrono::duration_cast<std::chrono::seconds>(now - when);
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::chrono::system_clock::to_time_t(wall)));
}

json::Value entry(const upstream::Upstream& server, TimePoint now) {
  const upstream::Guard& guard = server.guard();
  const breaker::Breaker& breaker = guard.breaker();
  auto out = json::Value::object({{"state", upstream::to_string(server.state())}});
  if (const auto revision = server.revision()) out.set("revision", mcp::to_string(*revision));
  if (!server.problem().empty()) out.set("problem", server.problem());
  out.set("breaker", server.options().breaker.enabled ? breaker::to_string(breaker.state()) : "off");
  if (guard.unhealthy()) out.set("unhealthy", true);
  out.set("since", moment(std::max(server.state_since(), breaker.since()), now));
  if (breaker.state() != BreakerState::closed)
    out.set("retryAfterMs", static_cast<std::int64_t>(breaker.retry_after(now).count()));
  if (!guard.last_error().empty())
    out.set("lastError",
            json::Value::object({{"at", moment(guard.last_error_at(), now)}, {"message", guard.last_error()}}));
  return out;
}

}  // namespace

std::string Gateway::health() const {
  const TimePoint now = Clock::now();
  auto servers = json::Value::object();
  for (const auto& server : servers_.all()) servers.set(server->name(), entry(*server, now));
  return json::Value::object({{"status", status()}, {"sessions", active_sessions()}, {"servers", std::move(servers)}})
      .str();
}

std::string Gateway::public_health() const {
  if (!config_.auth.needed()) return health();
  return json::Value::object({{"status", status()}}).str();
}

std::string_view Gateway::status() const {
  if (draining_) return "draining";
  const auto well = [](const auto& server) { return !server->degraded() && !server->guard().unhealthy(); };
  return std::ranges::all_of(servers_.all(), well) ? "ok" : "degraded";
}

}  // namespace gatehouse::app
