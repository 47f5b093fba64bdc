#include "gateway/stages/observe.hpp"

#include <gatehouse/mcp/error_codes.hpp>
#include <gatehouse/mcp/refusal.hpp>

namespace gatehouse::stages {
namespace {

using telemetry::Outcome;

Outcome outcome_of(const mcp::Reply& reply) {
  if (reply) {
    if ((*reply)->is_error) return Outcome::upstream_error;
    return (*reply)->is_tool_error ? Outcome::tool_error : Outcome::ok;
  }
  if (reply.error().kind == Kind::cancelled) return Outcome::cancelled;
  switch (reply.error().origin) {
    case Origin::client: return Outcome::client_error;
    case Origin::gateway: return Outcome::gateway_error;
    case Origin::upstream: return Outcome::upstream_error;
  }
  return Outcome::gateway_error;
}

std::string_view target_name(const mcp::Message& request) {
  return mcp::target_of(request.method) == mcp::Target::name ? request.params.name : std::string_view();
}

/// What a refusal is found by in the log; empty: it is none.
std::string name_of(mcp::Reply& reply) {
  if (reply || !mcp::is_about_access(reply.error().kind)) return {};
  return mcp::name_refusal(reply.error());
}

}  // namespace

telemetry::RequestSeries& Observe::series(const Call& call) {
  const auto method = static_cast<std::uint64_t>(call.in.request.method);
  const std::uint64_t key = (call.server ? call.server->number() : 0) << 8 | method;
  auto& known = known_[key];
  if (!known)
    known = &metrics_.requests(call.server ? std::string_view(call.server->name()) : "",
                               mcp::to_string(call.in.request.method));
  return *known;
}

Task<mcp::Reply> Observe::handle(Call& call, Next next) {
  mcp::Reply reply = co_await next(call);
  const auto duration = Clock::now() - call.in.received_at;
  const Outcome outcome = outcome_of(reply);
  const std::string refusal = name_of(reply);
  telemetry::RequestSeries& numbers = series(call);
  ++numbers.outcomes[static_cast<std::size_t>(outcome)];
  numbers.duration.record(duration);
  if (!log_.enabled()) co_return reply;

  const mcp::Client& client = call.in.client;
  telemetry::CallRecord record{.endpoint = call.routes.endpoint,
                               .method = call.in.request.rpc.method,
                               .server = call.server ? std::string_view(call.server->name()) : "",
                               .target = target_name(call.in.request),
                               .session = client.session,
                               .revision = mcp::to_string(client.revision),
                               .address = client.address,
                               .user_agent = client.user_agent,
                               .outcome = outcome,
                               .error_kind = {},
                               .detail = {},
                               .duration = duration,
                               .request_bytes = call.in.request.params.object.text.size()};
  if (!reply) {
    record.error_code = mcp::wire_error(reply.error().kind, client.revision).code;
    record.error_kind = gatehouse::to_string(reply.error().kind);
    record.detail = reply.error().detail;
    record.request_id = refusal;
  } else {
    record.error_code = (*reply)->error_code;
    record.reply_bytes = (*reply)->body.source().size();
  }
  log_.write(record);
  co_return reply;
}

}  // namespace gatehouse::stages
