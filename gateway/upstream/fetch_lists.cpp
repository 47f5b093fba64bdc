#include "gateway/upstream/fetch_lists.hpp"

#include <algorithm>
#include <limits>

#include <gatehouse/base/log.hpp>
#include <gatehouse/mcp/error_codes.hpp>

#include "gateway/upstream/task_tools.hpp"

namespace gatehouse::upstream {
namespace {

constexpr std::size_t kMaxItems = 100'000;
constexpr int kMaxPages = 10'000;

class Silent final : public client::Listener {
 public:
  void notified(const mcp::Message&) override {}
  Task<mcp::Reply> asked(const mcp::Message&, Cancel&) override {
    co_return fail(Kind::method_not_found, Origin::client, "Lists are read without a user.");
  }
};

bool declares(const mcp::ServerCapabilities& capabilities, mcp::ListKind kind) {
  switch (kind) {
    case mcp::ListKind::tools: return capabilities.tools;
    case mcp::ListKind::prompts: return capabilities.prompts;
    case mcp::ListKind::resources:
    case mcp::ListKind::templates: return capabilities.resources;
  }
  return false;
}

Task<mcp::Reply> fetch_page(client::Link& link, mcp::ListKind kind, const std::string& params_text,
                            Milliseconds timeout, Cancel& outer) {
  const Buffer text = Buffer::copy_of(params_text);
  const auto params = mcp::read_params(text.view());
  if (!params) co_return fail(Error(params.error()));
  const mcp::Method method = mcp::list_method(kind);
  Silent silent;
  mcp::ClientCapabilities ui_only;
  ui_only.ui = true;  // the catalogue must not depend on one client's abilities (GB-082)
  const client::Request request{.method = method,
                                .method_name = mcp::to_string(method),
                                .params = &*params,
                                .capabilities = ui_only,
                                .idle_timeout = timeout,
                                .max_timeout = timeout};
  Cancel cancel;
  const Cancel::Hook stop(outer, [&] { cancel.request(outer.reason()); });
  co_return co_await link.request(request, silent, cancel);
}

/// Takes over a page's hints: the least of a list's pages holds for all of it.
void combine(mcp::CacheHints& all, const mcp::Answer& answer, const client::Peer& peer, const FetchOptions& options) {
  const mcp::CacheHints legacy{.ttl_ms = options.legacy_ttl.count(),
                               .scope = options.public_lists ? mcp::CacheScope::shared : mcp::CacheScope::personal};
  const mcp::CacheHints own = mcp::has_cache_hints(peer.revision) ? answer.cache.value_or(mcp::CacheHints{}) : legacy;
  all.ttl_ms = std::min(all.ttl_ms, own.ttl_ms);
  if (own.scope == mcp::CacheScope::personal) all.scope = mcp::CacheScope::personal;
}

/// Servers without hints are believed for as long as they announce changes.
bool announces(const mcp::ServerCapabilities& capabilities) {
  return (!capabilities.tools || capabilities.tools_changed) &&
         (!capabilities.prompts || capabilities.prompts_changed) &&
         (!capabilities.resources || capabilities.resources_changed);
}

/// One list, all pages. True: it is complete. False: the server does not have it after all.
Task<Result<bool>> fetch_list(client::Link& link, mcp::ListKind kind, Fetched& fetched, std::size_t* dropped,
                              const FetchOptions& options, Cancel& cancel) {
  std::string params = "{}";
  catalog::ServerLists& lists = fetched.lists;
  for (int pages = 0; pages < kMaxPages; ++pages) {
    auto reply = co_await fetch_page(link, kind, params, options.timeout, cancel);
    if (!reply) co_return fail(std::move(reply.error()));
    if ((*reply)->is_error) {
      if ((*reply)->error_code == mcp::code::kMethodNotFound) co_return false;
      co_return fail(Kind::bad_reply, Origin::upstream,
                     "The server refused " + std::string(mcp::to_string(mcp::list_method(kind))) + ": " +
                         (*reply)->body.str().substr(0, 300));
    }
    combine(fetched.freshness.hints[static_cast<std::size_t>(kind)], **reply, link.peer(), options);
    auto page = catalog::read_page(kind, **reply, dropped);
    if (!page) co_return fail(std::move(page.error()));
    std::ranges::move(page->items, std::back_inserter(lists.of(kind)));
    if (!page->has_next) co_return true;
    if (lists.of(kind).size() > kMaxItems) break;
    params = json::Value::object({{"cursor", page->next_cursor}}).str();
  }
  co_return fail(Kind::too_large, Origin::upstream,
                 "The server's " + std::string(mcp::items_member(kind)) + " list does not end.");
}

}  // namespace

Task<Result<Fetched>> fetch_lists(client::Link& link, FetchOptions options, Cancel& cancel) {
  Fetched all;
  const client::Peer& peer = link.peer();
  all.freshness.hints.fill({.ttl_ms = std::numeric_limits<std::int64_t>::max(), .scope = mcp::CacheScope::shared});
  all.freshness.read_at = Clock::now();
  all.freshness.announced = !mcp::has_cache_hints(peer.revision);
  all.lists.capabilities = peer.capabilities;
  all.lists.title = peer.implementation.title;
  all.lists.instructions = peer.instructions;
  if (all.freshness.announced && !announces(peer.capabilities)) options.legacy_ttl = Milliseconds{0};
  std::size_t dropped = 0;
  for (const mcp::ListKind kind : mcp::kListKinds) {
    if (!declares(all.lists.capabilities, kind)) continue;
    auto fetched = co_await fetch_list(link, kind, all, &dropped, options, cancel);
    if (!fetched) co_return fail(std::move(fetched.error()));
  }
  settle_task_tools(all.lists, peer.revision, options.tasks_for_all);
  if (dropped > 0)
    log::warn("server lists items without a name",
              {{"server", options.server_name}, {"count", std::to_string(dropped), true}});
  if (options.get_icons) {
    std::vector<std::string> sources = catalog::icon_sources(all.lists);
    co_await options.get_icons(std::move(sources));
  }
  for (const std::string& warning : catalog::settle(all.lists, options.rules))
    log::warn("invalid definition", {{"server", options.server_name}, {"reason", warning}});
  co_return all;
}

}  // namespace gatehouse::upstream
