#include "gateway/bridge/lift.hpp"

#include <fmt/format.h>

#include <gatehouse/json/value.hpp>
#include <gatehouse/mcp/error_codes.hpp>

#include "gateway/bridge/lift_completion.hpp"
#include "gateway/bridge/lift_content.hpp"
#include "gateway/bridge/lift_error.hpp"
#include "gateway/bridge/task_answer.hpp"

namespace gatehouse::bridge {
namespace {

std::unexpected<Error> no_form(const Hop& hop, std::string_view feature, std::string_view what) {
  auto data = json::Value::object(
      {{"feature", feature}, {"clientVersion", mcp::to_string(hop.client)}, {"backend", hop.server_name}});
  return std::unexpected(
      Error{Kind::not_bridgeable, Origin::gateway,
            fmt::format("{} needs {}, which this client ({}) cannot be asked for through the gateway.",
                        hop.exposed_name, what, mcp::to_string(hop.client))}
          .with_data(json::Value::object({{"gatehouse", std::move(data)}}).str()));
}

void expose_uris(mcp::Answer& answer, const Hop& hop) {
  for (const std::string_view token : answer.view.uris) {
    const auto local = json::unquote(token);
    if (!local) continue;
    if (const std::string exposed = hop.expose_uri(*local); exposed != *local)
      answer.body.replace(token, json::quoted(exposed));
  }
}

}  // namespace

mcp::Reply lift_answer(std::unique_ptr<mcp::Answer> answer, const Hop& hop) {
  if (answer->is_error) return lift_error(std::move(answer), hop);
  if (answer->kind == mcp::ResultKind::input_required) return answer;
  if (!mcp::is_modern(hop.client) && answer->kind == mcp::ResultKind::task) return no_form(hop, "tasks", "a task");
  expose_uris(*answer, hop);
  if (mcp::is_cacheable(hop.method) && !answer->cache && answer->kind == mcp::ResultKind::complete)
    answer->cache = mcp::CacheHints{};
  if (!hop.backend_member.empty()) answer->extra_meta = hop.backend_member;
  if (hop.method == mcp::Method::completion_complete) return cap_completion(std::move(answer));
  return fit_content(std::move(answer), hop.method, hop.client, hop.wraps_values);
}

mcp::Reply lift_for_older(std::unique_ptr<mcp::Answer> answer, const Hop& hop) {
  if (answer->is_error) return lift_error_for_older(std::move(answer), hop);
  if (answer->kind == mcp::ResultKind::input_required) return answer;
  if (answer->kind == mcp::ResultKind::task) return no_form(hop, "tasks", "a task");
  if (!answer->view.object.text.empty())
    return fit_content(std::move(answer), hop.method, hop.client, hop.wraps_values);
  auto again = read_again(*answer);  // it was fitted once
  if (!again) return again;
  (*again)->extra_meta = std::move(answer->extra_meta);
  return fit_content(std::move(*again), hop.method, hop.client, hop.wraps_values);
}

json::Splice lift_notification(const mcp::Message& notification,
                               FunctionRef<std::string(std::string_view local)> expose_uri) {
  json::Splice params(notification.params.object.text);
  if (!notification.params.uri.data()) return params;
  if (const std::string exposed = expose_uri(notification.params.uri); exposed != notification.params.uri) {
    params.replace(notification.params.uri_raw, json::quoted(exposed));
  }
  return params;
}

}  // namespace gatehouse::bridge
