#include "gateway/stages/check_call.hpp"

#include "gateway/bridge/lift_completion.hpp"
#include "gateway/bridge/lower.hpp"

namespace gatehouse::stages {
namespace {

/// What the tool says as this endpoint lists it, not as its server may have it now (GB-251).
Result<void> check_headers(const Call& call) {
  const json::Member* arguments = call.in.request.params.object.find("arguments");
  return catalog::check_header_parameters(call.target.details->headers, call.in.client.parameter_headers,
                                          arguments ? arguments->value : std::string_view());
}

Task<mcp::Reply> answered(mcp::Reply reply) { co_return reply; }

}  // namespace

Task<mcp::Reply> CheckCall::handle(Call& call, Next next) {
  if (call.target.details && call.in.client.mirrors_headers) {
    if (auto checked = check_headers(call); !checked) return answered(fail(std::move(checked.error())));
  }
  if (call.in.request.method == mcp::Method::completion_complete && call.server->lacks_completions())
    return answered(bridge::no_completions());
  return next(call);
}

}  // namespace gatehouse::stages
