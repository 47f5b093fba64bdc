#include "gateway/stages/rescue.hpp"

#include <gatehouse/base/log.hpp>
#include <gatehouse/json/value.hpp>

namespace gatehouse::stages {
namespace {

/// Failures that a model can do something about: try later, try otherwise.
bool is_for_the_model(const Error& error) {
  switch (error.kind) {
    case Kind::unavailable:
    case Kind::connection_lost:
    case Kind::outcome_unknown:
    case Kind::timed_out:
    case Kind::state_lost: return true;
    default: return false;
  }
}

mcp::Reply as_tool_error(const Error& error) {
  const auto text = json::Value::object({{"type", "text"}, {"text", error.message}});
  auto answer =
      mcp::Answer::of(json::Value::object({{"content", json::Value::array({text})}, {"isError", true}}).str());
  answer->is_tool_error = true;
  if (!error.data.empty()) answer->extra_meta = "\"io.gatehouse/error\":" + error.data;
  return answer;
}

/// An error that we made says so, so that nobody takes it for the server's (GB-393).
void sign(Error& error, const Call& call) {
  auto data = error.data.empty() ? Result<json::Value>(json::Value::object()) : json::parse(error.data);
  if (!data || !data->is_object() || data->find("gatehouse")) return;
  auto note = json::Value::object({{"reason", to_string(error.kind)}});
  if (call.server) note.set("backend", call.server->name());
  if (error.kind == Kind::timed_out && call.server)
    note.set("timeoutMs", static_cast<std::int64_t>(call.server->options().timeout.count()));
  if (error.retry.when != Retry::When::never) note.set("retryable", true);
  data->set("gatehouse", std::move(note));
  error.data = data->str();
}

}  // namespace

Task<mcp::Reply> Rescue::handle(Call& call, Next next) {
  mcp::Reply reply;
  try {
    reply = co_await next(call);
  } catch (const std::exception& bug) {
    log::error("exception in the pipeline", {{"what", bug.what()}, {"method", call.in.request.rpc.method}});
    reply = fail(Kind::internal, Origin::gateway, "Internal error.");
  }
  if (!reply) sign(reply.error(), call);
  if (!reply && call.in.request.method == mcp::Method::tools_call && is_for_the_model(reply.error()))
    co_return as_tool_error(reply.error());
  co_return reply;
}

}  // namespace gatehouse::stages
