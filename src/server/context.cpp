#include <gatehouse/server/context.hpp>

#include <gatehouse/json/value.hpp>

#include "src/server/arguments.hpp"

namespace gatehouse::server {

Context::Context(const mcp::Call& call, std::optional<mcp::LogLevel> least_log_level,
                 const identity::ProtectedResource& resource)
    : call_(call), least_log_level_(least_log_level), resource_(resource) {}

Result<void> Context::require_role(std::string_view role) const {
  if (principal().has_role(role)) return {};
  return fail(Kind::denied, Origin::client, "Forbidden: " + std::string(role) + " role required");
}

Result<void> Context::require_scopes(std::span<const std::string> scopes) const {
  std::string missing;
  for (const std::string& scope : scopes)
    if (!principal().has_scope(scope)) missing.append(missing.empty() ? "" : " ").append(scope);
  if (missing.empty()) return {};
  return std::unexpected(
      Error{Kind::insufficient_scope, Origin::client, "Forbidden: scope required: " + missing}.with_challenge(
          identity::challenge_insufficient_scope(resource_, scopes, principal().scopes, client().revision)));
}

void Context::progress(double done, std::optional<double> total, std::string_view message) {
  const std::string_view token = call_.request.params.meta.progress_token;
  if (token.empty() || cancelled() || (last_progress_ && !(done > *last_progress_))) return;
  last_progress_ = done;
  std::string params = "{\"progressToken\":" + std::string(token) + ",\"progress\":" + json::Value(done).str();
  if (total) params += ",\"total\":" + json::Value(*total).str();
  if (!message.empty()) {
    params += ",\"message\":";
    json::append_string(params, message);
  }
  params += '}';
  call_.events.notify(mcp::notification::kProgress, json::Splice(params));
}

void Context::log(mcp::LogLevel level, const json::Value& data, std::string_view logger) {
  auto least = call_.client.log_level;
  if (!least && mcp::has_sessions(call_.client.revision)) least = least_log_level_;
  if (!least_log_level_ || !least || level < *least || cancelled()) return;
  auto params = json::Value::object({{"level", mcp::to_string(level)}});
  if (!logger.empty()) params.set("logger", logger);
  params.set("data", data);
  const std::string text = params.str();
  call_.events.notify(mcp::notification::kMessage, json::Splice(text));
}

}  // namespace gatehouse::server
