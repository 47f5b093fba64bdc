#include "gateway/stages/check_call.hpp"

#include "gateway/bridge/lift_completion.hpp"
#include "gateway/bridge/lower.hpp"
#include "gateway/stages/route.hpp"

namespace gatehouse::stages {
namespace {

/// What the tool says as this endpoint lists it, not as its server may have it now (GB-251).
Result<void> check_headers(const Call& call) {
  const json::Member* arguments = call.in.request.params.object.find("arguments");
  return catalog::check_header_parameters(call.target.details->headers, call.in.client.parameter_headers,
                                          arguments ? arguments->value : std::string_view());
}

/// Lists may be old, so that a tool is called which is not shown any more. What a server with such tools does not list may be one of them
/// in another spelling.
Result<void> check_pin(const Call& call) {
  const pins::HeldTools none;
  const pins::HeldTools& all = call.routes.held ? *call.routes.held : none;
  const auto server = all.find(call.server->name());
  const bool has_held = server != all.end();
  if (!call.target.listed && (has_held || call.routes.only_listed))
    return std::unexpected(unknown_target(call.in.request));
  if (!has_held) return {};
  const auto tool = server->second.find(call.target.local);
  if (tool == server->second.end()) return {};
  if (tool->second == pins::Held::hidden) return std::unexpected(unknown_target(call.in.request));
  return fail(Kind::denied, Origin::gateway,
              "This tool has changed since it was approved; an operator has to look at it before it can be called.");
}

Task<mcp::Reply> answered(mcp::Reply reply) { co_return reply; }

}  // namespace

Task<mcp::Reply> CheckCall::handle(Call& call, Next next) {
  if ((call.routes.held || call.routes.only_listed) && call.in.request.method == mcp::Method::tools_call) {
    if (auto checked = check_pin(call); !checked) return answered(fail(std::move(checked.error())));
  }
  if (call.target.details && call.in.client.mirrors_headers) {
    if (auto checked = check_headers(call); !checked) return answered(fail(std::move(checked.error())));
  }
  if (call.in.request.method == mcp::Method::completion_complete && call.server->lacks_completions())
    return answered(bridge::no_completions());
  return next(call);
}

}  // namespace gatehouse::stages
