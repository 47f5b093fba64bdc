#include "gateway/stages/subscribe.hpp"

namespace gatehouse::stages {

Task<mcp::Reply> Subscribe::handle(Call& call, Next next) {
  if (call.in.request.method == mcp::Method::resources_subscribe) return subscribe(call);
  if (call.in.request.method == mcp::Method::resources_unsubscribe) {
    watchers_.unsubscribe(call);
    return []() -> Task<mcp::Reply> { co_return mcp::Answer::of("{}"); }();
  }
  return next(call);
}

Task<mcp::Reply> Subscribe::subscribe(const Call& call) {
  const std::string uri(call.in.request.params.uri);
  auto subscribed = co_await watchers_.subscribe(call, uri);
  if (!subscribed) co_return fail(std::move(subscribed.error()));
  co_return mcp::Answer::of("{}");
}

}  // namespace gatehouse::stages
