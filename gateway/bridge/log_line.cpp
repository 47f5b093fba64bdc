#include "gateway/bridge/log_line.hpp"

#include <fmt/format.h>

#include <gatehouse/json/text.hpp>

namespace gatehouse::bridge {
namespace {

void lift_logger(json::Splice& params, const mcp::Params& given, std::string_view server_name) {
  const json::Member* logger = given.object.find("logger");
  if (!logger || !logger->value.starts_with('"')) {
    json::rewrite_members(
        params, given.object, [](const json::Member& member) { return member.key == "logger"; },
        "\"logger\":" + json::quoted(server_name));
    return;
  }
  // Inside the token, so that escapes stay as they are.
  const std::string name = json::quoted(server_name);
  params.insert(logger->value.data() + 1, name.substr(1, name.size() - 2) + "/");
}

}  // namespace

bool wants_line(std::string_view level, std::optional<mcp::LogLevel> least, mcp::Revision client,
                const LogRules& rules) {
  const auto own = mcp::parse_log_level(level);
  if (!own) return false;
  if (least) return *own >= *least;
  return mcp::has_sessions(client) && *own >= rules.unasked;
}

std::string lift_log(const mcp::Message& notification, std::string_view server_name, const LogRules& rules) {
  const mcp::Params& given = notification.params;
  json::Splice params(given.object.text);
  lift_logger(params, given, server_name);
  if (const json::Member* data = given.object.find("data"); data && data->value.size() > rules.max_data_bytes)
    params.replace(data->value, json::quoted(fmt::format("[{} bytes omitted]", data->value.size())));
  if (const json::Member* meta = given.object.find("_meta"); meta && !given.meta.subscription_id.empty())
    params.replace(meta->value, "{}");
  return params.str();
}

}  // namespace gatehouse::bridge
