#include "gateway/stages/answer_lists.hpp"

#include <algorithm>

#include <gatehouse/json/value.hpp>

namespace gatehouse::stages {
namespace {

/// `"io.gatehouse/degraded":{"backends":["crm"]}` when lists may be old or incomplete.
std::string degraded_member(const catalog::View& view) {
  auto names = json::Value::array();
  for (const catalog::Source& source : view.sources()) {
    if (source.degraded) names.push(source.name);
  }
  if (names.as_array()->empty()) return {};
  return "\"io.gatehouse/degraded\":" + json::Value::object({{"backends", std::move(names)}}).str();
}

}  // namespace

Task<mcp::Reply> AnswerLists::handle(Call& call, Next next) {
  if (const auto kind = mcp::list_of(call.in.request.method)) return answer(call, *kind);
  return next(call);
}

Task<mcp::Reply> AnswerLists::answer(const Call& call, mcp::ListKind kind) {
  const catalog::View& view = *call.routes.view;
  const auto known = [](const catalog::Source& source) { return source.lists != nullptr; };
  if (!view.sources().empty() && std::ranges::none_of(view.sources(), known)) {
    co_return fail(Kind::unavailable, Origin::upstream,
                   "No server of this endpoint is available yet; try again in a moment.");
  }
  const mcp::Params& params = call.in.request.params;
  const auto cursor = params.cursor_raw.empty() ? std::nullopt : std::optional(params.cursor);
  auto page = view.page(kind, cursor);
  if (!page) co_return fail(std::move(page.error()));
  auto answer = mcp::Answer::of(std::move(*page));
  answer->cache = view.cache();
  answer->extra_meta = degraded_member(view);
  co_return answer;
}

}  // namespace gatehouse::stages
