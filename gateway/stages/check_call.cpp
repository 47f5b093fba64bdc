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

/// Lists may be old, so that a tool is called which is not shown any more.
Result<void> check_pin(const Call& call) {
  const auto server = call.routes.held->find(call.server->name());
  if (server == call.routes.held->end()) return {};
  const auto tool = server->second.find(call.target.local);
  if (tool == server->second.end()) return {};
  if (tool->second == pins::Held::hidden) return std::unexpected(unknown_target(call.in.request));
  return fail(Kind::denied, Origin::gateway,
              "This tool has changed since it was approved; an operator has to look at it before it can be called.");
}

Task<mcp::Reply> answered(mcp::Reply reply) { co_return reply; }

}  // namespace

Task<mcp::Reply> CheckCall::handle(Call& call, Next next) {
  if (call.routes.held && call.in.request.method == mcp::Method::tools_call) {
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
