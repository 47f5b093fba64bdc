#include "gateway/stages/answer_lists.hpp"

#include <algorithm>
#include <chrono>

#include <gatehouse/json/value.hpp>

#include "gateway/catalog/cursor.hpp"

namespace gatehouse::stages {
namespace {

seal::Time wall_clock() { return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()); }

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

}  // namespace

Task<mcp::Reply> AnswerLists::handle(Call& call, Next next) {
  if (const auto kind = mcp::list_of(call.in.request.method)) return answer(call, *kind);
  return next(call);
}

Task<mcp::Reply> AnswerLists::answer(const Call& call, mcp::ListKind kind) const {
  const catalog::View& view = *call.routes.view;
  if (auto checked = check(view, kind); !checked) co_return fail(std::move(checked.error()));
  const mcp::Params& params = call.in.request.params;
  const mcp::CacheHints hints = view.cache(kind, call.in.received_at);
  // All pages of a list say the same about who may keep it (LF-716), so a change of that ends it, too.
  const std::uint64_t generation = view.fingerprint(kind) ^ (hints.scope == mcp::CacheScope::shared ? 1U : 0U);
  const catalog::CursorScope scope{
      .principal = call.in.client.principal(), .endpoint = call.routes.endpoint, .kind = kind, .generation = generation};
  Result<std::size_t> position = 0;
  if (!params.cursor_raw.empty()) position = catalog::open_cursor(keys_, scope, params.cursor, wall_clock());
  if (!position) co_return fail(std::move(position.error()));
  auto page = view.page(kind, catalog::dialect_of(call.in.client.revision), *position);
  if (!page) co_return fail(std::move(page.error()));
  auto answer = mcp::Answer::of(page->text);
  if (page->next) {
    const std::string cursor = catalog::seal_cursor(keys_, scope, *page->next, wall_clock());
    answer->body.insert(page->text->data() + page->text->size() - 1, ",\"nextCursor\":\"" + cursor + "\"");
  }
  answer->cache = hints;
  answer->extra_meta = view.degraded_member();
  co_return answer;
}

}  // namespace gatehouse::stages
