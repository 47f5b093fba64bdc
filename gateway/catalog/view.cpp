#include "gateway/catalog/view.hpp"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include <gatehouse/json/value.hpp>

#include "gateway/catalog/names.hpp"

namespace gatehouse::catalog {
namespace {

using mcp::ListKind;

constexpr std::string_view kCursorTag = "gc1.";

constexpr std::size_t kMaxInstructions = 16 * 1024;

/// At most so many bytes, no half character at the end.
std::string clipped(std::string text) {
  if (text.size() <= kMaxInstructions) return text;
  std::size_t end = kMaxInstructions;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  text.resize(end);
  return text;
}

bool has_uris(ListKind kind) { return kind == ListKind::resources || kind == ListKind::templates; }

std::string cursor_for(std::uint64_t fingerprint, std::size_t page) {
  return fmt::format("{}{:016x}.{}", kCursorTag, fingerprint, page);
}

/// The page that a cursor stands for, if it was made from this content.
std::optional<std::size_t> page_of(std::string_view cursor, std::uint64_t fingerprint) {
  const std::string expected = cursor_for(fingerprint, 0);
  const std::string_view stem = std::string_view(expected).substr(0, expected.size() - 1);
  if (!cursor.starts_with(stem)) return std::nullopt;
  const std::string_view digits = cursor.substr(stem.size());
  std::size_t page = 0;
  const auto [end, status] = std::from_chars(digits.data(), digits.data() + digits.size(), page);
  if (digits.empty() || status != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  return page;
}

/// The servers' URI labels; two servers whose names give the same label are told apart by a number.
std::vector<std::string> make_labels(const std::vector<Source>& sources) {
  std::vector<std::string> labels;
  for (const Source& source : sources) {
    const std::string label = uri_label(source.name);
    std::string unique = label;
    for (int n = 2; std::ranges::find(labels, unique) != labels.end(); ++n) unique = fmt::format("{}-{}", label, n);
    labels.push_back(std::move(unique));
  }
  return labels;
}

}  // namespace

View::View(std::vector<Source> sources, ViewOptions options)
    : sources_(std::move(sources)), options_(std::move(options)), labels_(make_labels(sources_)) {
  for (const ListKind kind : mcp::kListKinds) merge(kind);
  cache_ = {.ttl_ms = 3'600'000, .scope = mcp::CacheScope::shared};
  for (const Source& source : sources_) {
    const bool trusted = source.lists && !source.degraded;
    const mcp::CacheHints hints = trusted ? source.lists->cache : mcp::CacheHints{};
    cache_.ttl_ms = std::min(cache_.ttl_ms, hints.ttl_ms);
    if (hints.scope == mcp::CacheScope::personal) cache_.scope = mcp::CacheScope::personal;
  }
}

std::string View::exposed_key(ListKind kind, std::size_t source, const Item& item) const {
  if (!options_.prefixed) return item.key;
  return has_uris(kind) ? exposed_uri(labels_[source], item.key)
                        : exposed_name(sources_[source].name, options_.separator, item.key);
}

void View::merge(ListKind kind) {
  auto& by_key = by_key_[static_cast<std::size_t>(kind)];
  std::vector<std::string> bodies(1);  // of the pages: items without the brackets around them
  XXH64_hash_t fingerprint = 0;
  List merged;
  for (std::size_t source = 0; source < sources_.size(); ++source) {
    if (!sources_[source].lists) continue;
    for (const Item& item : sources_[source].lists->of(kind)) {
      std::string key = exposed_key(kind, source, item);
      std::string text =
          item.text.substr(0, item.key_at) + json::quoted(key) + item.text.substr(item.key_at + item.key_size);
      if (!by_key.try_emplace(std::move(key), Target{source, item.key}).second) continue;  // the first one stays
      fingerprint = XXH64(text.data(), text.size(), fingerprint);
      if (!bodies.back().empty() && bodies.back().size() + text.size() > options_.page_bytes) bodies.emplace_back();
      bodies.back().append(bodies.back().empty() ? "" : ",").append(text);
      ++merged.count;
    }
  }
  merged.fingerprint = fingerprint;
  for (std::size_t page = 0; page < bodies.size(); ++page) {
    std::string text = fmt::format(R"({{"{}":[{}])", mcp::items_member(kind), bodies[page]);
    if (page + 1 < bodies.size()) text += fmt::format(R"(,"nextCursor":"{}")", cursor_for(fingerprint, page + 1));
    merged.pages.push_back(std::make_shared<const std::string>(text + "}"));
  }
  lists_[static_cast<std::size_t>(kind)] = std::move(merged);
}

Result<std::shared_ptr<const std::string>> View::page(ListKind kind, std::optional<std::string_view> cursor) const {
  const List& merged = list(kind);
  if (!cursor) return merged.pages.front();
  const auto page = page_of(*cursor, merged.fingerprint);
  if (!page || *page == 0 || *page >= merged.pages.size()) {
    return fail(Kind::not_found, Origin::client,
                "This cursor is not valid any more: start the list again without a cursor.");
  }
  return merged.pages[*page];
}

std::optional<Target> View::resolve_name(ListKind kind, std::string_view exposed) const {
  const auto& by_key = by_key_[static_cast<std::size_t>(kind)];
  if (const auto found = by_key.find(exposed); found != by_key.end()) return found->second;
  if (!options_.prefixed) {
    if (sources_.size() == 1) return Target{0, std::string(exposed)};
    return std::nullopt;
  }
  std::optional<Target> best;
  std::size_t best_length = 0;
  for (std::size_t i = 0; i < sources_.size(); ++i) {
    const std::size_t length = sources_[i].name.size() + options_.separator.size();
    const bool fits = length > best_length && exposed.size() > length && exposed.starts_with(sources_[i].name) &&
                      exposed.substr(sources_[i].name.size()).starts_with(options_.separator);
    if (!fits) continue;
    best_length = length;
    best = Target{i, std::string(exposed.substr(length))};
  }
  return best;
}

std::optional<Target> View::resolve_uri(std::string_view exposed) const {
  if (options_.prefixed) {
    if (auto split = split_uri(exposed)) {
      const auto label = std::ranges::find(labels_, split->label);
      if (label != labels_.end())
        return Target{static_cast<std::size_t>(label - labels_.begin()), std::move(split->uri)};
    }
  }
  for (const ListKind kind : {ListKind::resources, ListKind::templates}) {
    const auto& by_key = by_key_[static_cast<std::size_t>(kind)];
    if (const auto found = by_key.find(exposed); found != by_key.end()) return found->second;
  }
  // No server is asked "is this yours?": an address that is in no list and fits no template is unknown. Only an endpoint with one
  // server has no doubt.
  std::optional<Target> match;
  for (std::size_t i = 0; i < sources_.size(); ++i) {
    if (!sources_[i].lists) continue;
    const auto& templates = sources_[i].lists->of(ListKind::templates);
    if (std::ranges::any_of(templates, [&](const Item& item) { return matches_template(item.key, exposed); })) {
      if (match) return std::nullopt;
      match = Target{i, std::string(exposed)};
    }
  }
  if (!match && sources_.size() == 1) match = Target{0, std::string(exposed)};
  return match;
}

std::string View::expose_uri(std::size_t source, std::string_view uri) const {
  return options_.prefixed ? exposed_uri(labels_[source], uri) : std::string(uri);
}

mcp::ServerCapabilities View::capabilities() const {
  mcp::ServerCapabilities merged;
  for (const Source& source : sources_) {
    const bool known = source.lists != nullptr;
    const mcp::ServerCapabilities own = known ? source.lists->capabilities : mcp::ServerCapabilities{};
    merged.tools |= own.tools || !known;
    merged.resources |= own.resources || !known;
    merged.resources_subscribe |= own.resources_subscribe || !known;
    merged.prompts |= own.prompts || !known;
    merged.completions |= own.completions || !known;
    merged.logging |= own.logging || !known;
  }
  // Changes are always announced: a server that comes or goes is one, too.
  merged.tools_changed = merged.tools;
  merged.resources_changed = merged.resources;
  merged.prompts_changed = merged.prompts;
  return merged;
}

std::string View::instructions() const {
  std::string text;
  for (const Source& source : sources_) {
    if (!source.lists || source.lists->instructions.empty()) continue;
    if (sources_.size() == 1) return clipped(source.lists->instructions);
    text +=
        fmt::format("{}## {}{}\n\n{}\n", text.empty() ? "" : "\n", source.name,
                    options_.prefixed ? fmt::format(" (names start with {}{})", source.name, options_.separator) : "",
                    source.lists->instructions);
  }
  return clipped(std::move(text));
}

}  // namespace gatehouse::catalog
