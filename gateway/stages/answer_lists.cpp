#include "gateway/stages/answer_lists.hpp"

#include <algorithm>
#include <chrono>

#include <gatehouse/base/wall_clock.hpp>
#include <gatehouse/json/value.hpp>

#include "gateway/catalog/cursor.hpp"

namespace gatehouse::stages {
namespace {

/// Its capability is told to clients: then the list is there, if empty (GB-322).
bool is_offered(const mcp::ServerCapabilities& offered, mcp::ListKind kind) {
  switch (kind) {
    case mcp::ListKind::tools: return offered.tools;
    case mcp::ListKind::prompts: return offered.prompts;
    case mcp::ListKind::resources:
    case mcp::ListKind::templates: return offered.resources;
  }
  return false;
}

Result<void> check(const catalog::View& view, mcp::ListKind kind) {
  if (view.sources().empty()) return {};
  const auto known = [](const catalog::Source& source) { return source.lists != nullptr && !source.hidden; };
  if (std::ranges::none_of(view.sources(), known)) {
    return fail(Kind::unavailable, Origin::upstream,
                "No server of this endpoint is available now; try again in a moment.");
  }
  if (!is_offered(view.capabilities(), kind)) {
    return fail(Kind::method_not_found, Origin::client,
                "No server of this endpoint offers " + std::string(mcp::items_member(kind)) + ".");
  }
  return {};
}

using Seen = Access::Selection;

/// What the caller sees of the list; null where there is no policy: everything.
Seen seen_by(const Call& call, mcp::ListKind kind) {
  const Routes& routes = call.routes;
  return routes.access ? routes.access->list(*call.in.client.who, routes.endpoint, routes.view, kind) : nullptr;
}

/// A list that depends on who asks is for him alone, and not for long. Rule: RS-94.
mcp::CacheHints hints_for(const Call& call, mcp::ListKind kind) {
  mcp::CacheHints hints = call.routes.view->cache(kind, call.in.received_at);
  if (!call.routes.access) return hints;
  hints.scope = mcp::CacheScope::personal;
  hints.ttl_ms = std::min(hints.ttl_ms, Access::kMaxListTtlMs);
  return hints;
}

std::uint64_t generation_of(const Call& call, mcp::ListKind kind, const Seen& seen) {
  return seen ? seen->fingerprint() ^ call.routes.access->policy().epoch() : call.routes.view->fingerprint(kind);
}

std::string degraded_member(const Call& call) {
  const Routes& routes = call.routes;
  if (!routes.access) return routes.view->degraded_member();
  return routes.view->degraded_member([&](std::size_t source) {
    return routes.access->shows_server(*call.in.client.who, routes.endpoint, routes.view, source);
  });
}

}  // namespace

Task<mcp::Reply> AnswerLists::handle(Call& call, Next next) {
  if (const auto kind = mcp::list_of(call.in.request.method)) return answer(call, *kind);
  return next(call);
}

Task<mcp::Reply> AnswerLists::answer(const Call& call, mcp::ListKind kind) const {
  const catalog::View& view = *call.routes.view;
  if (auto checked = check(view, kind); !checked) co_return fail(std::move(checked.error()));
  const mcp::Params& params = call.in.request.params;
  const Seen seen = seen_by(call, kind);
  const mcp::CacheHints hints = hints_for(call, kind);
  // All pages of a list say the same about who may keep it (LF-716), so a change of that ends it, too.
  const std::uint64_t generation = generation_of(call, kind, seen) ^ (hints.scope == mcp::CacheScope::shared ? 1U : 0U);
  const catalog::CursorScope scope{
      .principal = call.in.client.principal(), .endpoint = call.routes.endpoint, .kind = kind, .generation = generation};
  Result<std::size_t> position = 0;
  if (!params.cursor_raw.empty()) position = catalog::open_cursor(keys_, scope, params.cursor, wall_clock());
  if (!position) co_return fail(std::move(position.error()));
  const catalog::Dialect dialect = catalog::dialect_of(call.in.client.revision);
  auto page = seen ? view.page(*seen, dialect, *position) : view.page(kind, dialect, *position);
  if (!page) co_return fail(std::move(page.error()));
  auto answer = mcp::Answer::of(page->text);
  if (page->next) {
    const std::string cursor = catalog::seal_cursor(keys_, scope, *page->next, wall_clock());
    answer->body.insert(page->text->data() + page->text->size() - 1, ",\"nextCursor\":\"" + cursor + "\"");
  }
  answer->cache = hints;
  answer->extra_meta = degraded_member(call);
  co_return answer;
}

}  // namespace gatehouse::stages
