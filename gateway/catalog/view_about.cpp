// What an endpoint says about its servers as a whole.
#include <algorithm>

#include <fmt/format.h>

#include "gateway/catalog/view.hpp"

namespace gatehouse::catalog {
namespace {

using mcp::ListKind;

constexpr std::size_t kMaxInstructions = 16 * 1024;

/// At most so many bytes, no half character at the end.
std::string clipped(std::string text) {
  if (text.size() <= kMaxInstructions) return text;
  std::size_t end = kMaxInstructions;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  text.resize(end);
  return text;
}

bool contributes(const ServerLists& lists, ListKind kind) {
  switch (kind) {
    case ListKind::tools: return lists.capabilities.tools;
    case ListKind::prompts: return lists.capabilities.prompts;
    case ListKind::resources:
    case ListKind::templates: return lists.capabilities.resources;
  }
  return true;
}

}  // namespace

mcp::CacheHints View::cache(ListKind kind, TimePoint now) const {
  mcp::CacheHints all{.ttl_ms = options_.max_ttl_ms, .scope = mcp::CacheScope::shared};
  for (const Source& source : sources_) {
    if (!source.lists || !source.freshness || source.degraded) return mcp::CacheHints{};
    if (!contributes(*source.lists, kind)) continue;
    const mcp::CacheHints own = source.freshness->remaining(kind, now);
    all.ttl_ms = std::min(all.ttl_ms, own.ttl_ms);
    if (own.scope == mcp::CacheScope::personal) all.scope = mcp::CacheScope::personal;
  }
  return all;
}

mcp::ServerCapabilities View::capabilities() const {
  mcp::ServerCapabilities merged;
  for (const Source& source : sources_) {
    const bool known = source.lists != nullptr;
    const mcp::ServerCapabilities own = known ? source.lists->capabilities : mcp::ServerCapabilities{};
    merged.tools |= own.tools || !known;
    merged.resources |= own.resources || !known;
    merged.prompts |= own.prompts || !known;
    merged.resources_subscribe |= own.resources_subscribe || !known;
    merged.completions |= own.completions || !known;
    merged.logging |= own.logging || !known;
    merged.tasks_calls |= own.tasks_calls || own.tasks_extension;
  }
  // Changes are always announced: a server that comes or goes is one, too.
  merged.tools_changed = merged.tools;
  merged.resources_changed = merged.resources;
  merged.prompts_changed = merged.prompts;
  merged.tasks_cancel = merged.tasks_extension = merged.tasks_calls;  // in whatever form the client knows
  return merged;
}

std::string View::instructions() const {
  return instructions([](std::size_t) { return true; });
}

std::string View::instructions(FunctionRef<bool(std::size_t source)> shown) const {
  std::string text = options_.preamble;
  for (std::size_t i = 0; i < sources_.size(); ++i) {
    const Source& source = sources_[i];
    if (!shown(i) || !source.lists || !source.instructs || source.lists->instructions.empty()) continue;
    if (sources_.size() == 1 && text.empty()) return clipped(source.lists->instructions);
    text += fmt::format(
        "{}## {}{}\n\n{}\n", text.empty() ? "" : "\n", source.lists->title.empty() ? source.name : source.lists->title,
        options_.prefixed ? fmt::format(" (names start with {}{})", source.name, options_.separator) : "",
        source.lists->instructions);
  }
  return clipped(std::move(text));
}

std::string View::backend_member(std::size_t source) const {
  if (!options_.names_servers) return {};
  auto backend = json::Value::object({{"name", sources_[source].name}});
  if (const auto& lists = sources_[source].lists; lists && !lists->title.empty()) backend.set("title", lists->title);
  return "\"io.gatehouse/backend\":" + backend.str();
}

std::string View::degraded_member() const {
  return degraded_member([](std::size_t) { return true; });
}

std::string View::degraded_member(FunctionRef<bool(std::size_t source)> shown) const {
  auto names = json::Value::array();
  for (std::size_t i = 0; i < sources_.size(); ++i)
    if (sources_[i].degraded && shown(i)) names.push(sources_[i].name);
  if (names.as_array()->empty()) return {};
  return "\"io.gatehouse/degraded\":" + json::Value::object({{"backends", std::move(names)}}).str();
}

}  // namespace gatehouse::catalog
