#include "gateway/upstream/fetch_lists.hpp"

#include <algorithm>
#include <limits>

#include <gatehouse/base/log.hpp>
#include <gatehouse/mcp/error_codes.hpp>

namespace gatehouse::upstream {
namespace {

constexpr std::size_t kMaxItems = 100'000;
constexpr int kMaxPages = 10'000;
constexpr std::int64_t kLegacyListTtlMs = 60'000;  // while the server tells us about changes

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
                            Milliseconds timeout, Cancel& cancel) {
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
  co_return co_await link.request(request, silent, cancel);
}

void combine(mcp::CacheHints& all, const mcp::Answer& answer, const client::Peer& peer) {
  const bool live = peer.capabilities.tools_changed;
  const mcp::CacheHints legacy{.ttl_ms = live ? kLegacyListTtlMs : 0, .scope = mcp::CacheScope::personal};
  const mcp::CacheHints own = mcp::is_modern(peer.revision) ? answer.cache.value_or(mcp::CacheHints{}) : legacy;
  all.ttl_ms = std::min(all.ttl_ms, own.ttl_ms);
  if (own.scope == mcp::CacheScope::personal) all.scope = mcp::CacheScope::personal;
}

/// One list, all pages. True: it is complete. False: the server does not have it after all.
Task<Result<bool>> fetch_list(client::Link& link, mcp::ListKind kind, catalog::ServerLists& lists, std::size_t* dropped,
                              Milliseconds timeout, Cancel& cancel) {
  std::string params = "{}";
  for (int pages = 0; pages < kMaxPages; ++pages) {
    auto reply = co_await fetch_page(link, kind, params, timeout, cancel);
    if (!reply) co_return fail(std::move(reply.error()));
    if ((*reply)->is_error) {
      if ((*reply)->error_code == mcp::code::kMethodNotFound) co_return false;
      co_return fail(Kind::bad_reply, Origin::upstream,
                     "The server refused " + std::string(mcp::to_string(mcp::list_method(kind))) + ": " +
                         (*reply)->body.str().substr(0, 300));
    }
    combine(lists.cache, **reply, link.peer());
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

Task<Result<catalog::ServerLists>> fetch_lists(client::Link& link, std::string server_name, Milliseconds timeout,
                                               Cancel& cancel) {
  catalog::ServerLists lists;
  lists.cache = {.ttl_ms = std::numeric_limits<std::int64_t>::max(), .scope = mcp::CacheScope::shared};
  lists.capabilities = link.peer().capabilities;
  lists.instructions = link.peer().instructions;
  std::size_t dropped = 0;
  for (const mcp::ListKind kind : mcp::kListKinds) {
    if (!declares(lists.capabilities, kind)) continue;
    auto fetched = co_await fetch_list(link, kind, lists, &dropped, timeout, cancel);
    if (!fetched) co_return fail(std::move(fetched.error()));
  }
  if (dropped > 0)
    log::warn("server lists items without a name", {{"server", server_name}, {"count", std::to_string(dropped), true}});
  co_return lists;
}

}  // namespace gatehouse::upstream
