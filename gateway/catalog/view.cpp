#include "gateway/catalog/view.hpp"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>

#include <fmt/format.h>

#include "gateway/catalog/names.hpp"

namespace gatehouse::catalog {
namespace {

using mcp::ListKind;

constexpr std::size_t kMaxCollisions = 20;  // that are told about

bool has_uris(ListKind kind) { return kind == ListKind::resources || kind == ListKind::templates; }

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
  index_bare_tools();
}

std::string View::exposed_key(ListKind kind, std::size_t source, const Item& item) const {
  if (has_uris(kind)) return options_.prefixed_uris ? exposed_uri(labels_[source], item.key) : item.key;
  return options_.prefixed ? exposed_name(sources_[source].name, options_.separator, item.key) : item.key;
}

void View::merge(ListKind kind) {
  List& merged = lists_[static_cast<std::size_t>(kind)];
  KnownKeys& keys = known_[static_cast<std::size_t>(kind)];
  std::size_t count = 0;
  for (const Source& source : sources_) count += source.lists ? source.lists->of(kind).size() : 0;
  keys.reserve(count);
  merged.entries.reserve(count);
  for (std::size_t source = 0; source < sources_.size(); ++source) {
    if (!sources_[source].lists) continue;
    for (const Item& item : sources_[source].lists->of(kind)) {
      std::string key = exposed_key(kind, source, item);
      if (has_uris(kind)) key = normal_uri(key);
      const auto [place, fresh] = keys.try_emplace(std::move(key), Known{&item, source});
      if (!fresh) {
        collide(kind, source, item, place->second);
      } else if (!sources_[source].hidden) {
        merged.entries.push_back({&item, source, place->first});
      }
    }
  }
  XXH64_hash_t fingerprint = 0;
  for (const Entry& entry : merged.entries) {
    fingerprint = XXH64(entry.exposed.data(), entry.exposed.size(), fingerprint);
    fingerprint = XXH64(entry.item->form.text.data(), entry.item->form.text.size(), fingerprint);
  }
  merged.fingerprint = fingerprint;
}

/// Two items want the same key: the first one keeps it. A URI of another server is told apart by its label (GB-053).
void View::collide(ListKind kind, std::size_t source, const Item& item, const Known& first) {
  if (first.source == source) return;  // a server that lists something twice
  if (collisions_.size() < kMaxCollisions) {
    collisions_.push_back(fmt::format("\"{}\" is in the {} list of both \"{}\" and \"{}\"; the first one keeps it",
                                      item.key, mcp::items_member(kind), sources_[first.source].name,
                                      sources_[source].name));
  }
  if (!has_uris(kind)) return;
  std::string labelled = normal_uri(exposed_uri(labels_[source], item.key));
  const auto [place, fresh] =
      known_[static_cast<std::size_t>(kind)].try_emplace(std::move(labelled), Known{&item, source});
  if (fresh && !sources_[source].hidden)
    lists_[static_cast<std::size_t>(kind)].entries.push_back({&item, source, place->first});
}

void View::index_bare_tools() {
  for (const auto& [exposed, tool] : known(ListKind::tools)) {
    if (tool.item->details && !tool.item->details->ui.empty() && !sources_[tool.source].hidden)
      bare_tools_[tool.item->key].push_back(tool);
  }
}

Target View::target_of(const Known& found) {
  return {found.source, found.item->key, found.item->details.get(), found.item->hints, true};
}

std::optional<Target> View::by_prefix(std::string_view exposed) const {
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

std::optional<Target> View::resolve_name(ListKind kind, std::string_view exposed) const {
  if (const auto found = known(kind).find(exposed); found != known(kind).end()) return target_of(found->second);
  if (kind == ListKind::tools) {
    const auto bare = bare_tools_.find(exposed);
    if (bare != bare_tools_.end() && bare->second.size() == 1) return target_of(bare->second.front());
  }
  if (options_.prefixed) return by_prefix(exposed);
  if (sources_.size() == 1) return Target{0, std::string(exposed)};
  return std::nullopt;
}

bool View::is_ambiguous(std::string_view bare_name) const {
  const auto bare = bare_tools_.find(bare_name);
  return bare != bare_tools_.end() && bare->second.size() > 1;
}

}  // namespace gatehouse::catalog
