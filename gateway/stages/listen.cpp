#include "gateway/stages/listen.hpp"

#include <fmt/format.h>

#include "gateway/stages/authorize.hpp"
#include "gateway/stages/listen_stream.hpp"

namespace gatehouse::stages {
namespace {

/// The lists that the endpoint has: others are not acknowledged.
Lists offered(const mcp::ServerCapabilities& capabilities) {
  Lists lists = 0;
  if (capabilities.tools) lists |= list_bit(mcp::ListKind::tools);
  if (capabilities.prompts) lists |= list_bit(mcp::ListKind::prompts);
  if (capabilities.resources) lists |= list_bit(mcp::ListKind::resources);
  return lists;
}

Task<mcp::Reply> refused(Error error) { co_return fail(std::move(error)); }

}  // namespace

Task<mcp::Reply> Listen::handle(Call& call, Next next) {
  if (call.in.request.method == mcp::Method::subscriptions_listen) return listen(call);
  if (call.in.request.method == mcp::Method::logging_set_level) {
    if (auto permitted = authorize_method(call); !permitted) return refused(std::move(permitted.error()));
    const auto level = mcp::parse_log_level(call.in.request.params.level);
    for (const auto& server : call.routes.servers)
      if (level) server->set_log_level(call.in.client.session, *level);
    return []() -> Task<mcp::Reply> { co_return mcp::Answer::of("{}"); }();
  }
  return next(call);
}

Task<mcp::Reply> Listen::listen(const Call& call) {
  if (auto permitted = authorize_method(call); !permitted) co_return fail(std::move(permitted.error()));
  auto filter = read_listen_filter(call.in.request.params);
  if (!filter) co_return fail(std::move(filter.error()));
  if (filter->uris.size() > watchers_.options().max_per_client) {
    co_return fail(Kind::limit_exceeded, Origin::client,
                   fmt::format("A stream may watch {} resources at most.", watchers_.options().max_per_client));
  }
  const std::string_view id = call.in.request.rpc.id;
  const Lists lists = filter->lists & offered(call.routes.view->capabilities());
  auto stream = std::make_unique<ListenStream>(watchers_, id, lists);
  stream->asked_by(asker_of(call));
  if (!filter->uris.empty()) co_await stream->watch(call, filter->uris);
  if (call.in.cancel.requested()) co_return fail(Kind::cancelled, Origin::client, "The request was cancelled.");
  auto answer = mcp::Answer::of("{}");
  answer->extra_meta = fmt::format(R"("{}":{})", mcp::meta_key::kSubscriptionId, id);
  answer->stream = std::move(stream);
  co_return answer;
}

}  // namespace gatehouse::stages
