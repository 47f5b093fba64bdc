// URIs of resources: which server they belong to.
#include <algorithm>

#include "gateway/catalog/names.hpp"
#include "gateway/catalog/view.hpp"

namespace gatehouse::catalog {

using mcp::ListKind;

/// `gh-<label>+…` and `ui://gh-<label>/…` say enough. If the server lists the URI, its own spelling is taken.
std::optional<Target> View::by_label(std::string_view exposed) const {
  auto split = split_uri(exposed);
  if (!split) return std::nullopt;
  const auto label = std::ranges::find(labels_, split->label);
  if (label == labels_.end()) return std::nullopt;
  return Target{static_cast<std::size_t>(label - labels_.begin()), std::move(split->uri)};
}

/// No server is asked "is this yours?": an address that is in no list and fits no template is unknown.
std::optional<Target> View::by_template(std::string_view uri) const {
  std::optional<Target> match;
  for (std::size_t i = 0; i < sources_.size(); ++i) {
    if (!sources_[i].lists) continue;
    const auto& templates = sources_[i].lists->of(ListKind::templates);
    if (std::ranges::any_of(templates, [&](const Item& item) { return matches_template(item.key, uri); })) {
      if (match) return std::nullopt;
      match = Target{i, std::string(uri)};
    }
  }
  return match;
}

void View::note_local(LocalUris& all, std::string_view uri, std::size_t source) const {
  const auto [place, fresh] = all.try_emplace(normal_uri(uri), LocalUri{std::string(uri), source});
  if (!fresh && place->second.source != source) place->second.unique = false;
}

/// What servers call their resources themselves, for clients that know a URI from elsewhere: user interfaces above all.
const View::LocalUris& View::local_uris() const {
  if (local_uris_) return *local_uris_;
  auto all = std::make_unique<LocalUris>();
  for (std::size_t source = 0; source < sources_.size(); ++source) {
    if (!sources_[source].lists) continue;
    for (const ListKind kind : {ListKind::resources, ListKind::templates})
      for (const Item& item : sources_[source].lists->of(kind)) note_local(*all, item.key, source);
    for (const Item& item : sources_[source].lists->of(ListKind::tools))
      if (item.details && !item.details->ui.empty()) note_local(*all, item.details->ui, source);
  }
  local_uris_ = std::move(all);
  return *local_uris_;
}

std::optional<Target> View::resolve_uri(std::string_view exposed) const {
  const std::string normal = normal_uri(exposed);
  for (const ListKind kind : {ListKind::resources, ListKind::templates}) {
    if (const auto found = known(kind).find(normal); found != known(kind).end()) return target_of(found->second);
  }
  if (auto labelled = by_label(exposed)) return labelled;
  if (const auto local = local_uris().find(normal); local != local_uris().end()) {
    if (!local->second.unique) return std::nullopt;
    return Target{.source = local->second.source, .local = local->second.uri, .listed = true};
  }
  if (auto match = by_template(exposed)) return match;
  if (sources_.size() == 1) return Target{0, std::string(exposed)};  // there is no doubt
  return std::nullopt;
}

std::string View::expose_uri(std::size_t source, std::string_view uri) const {
  if (options_.prefixed_uris) return exposed_uri(labels_[source], uri);
  if (sources_.size() == 1) return std::string(uri);
  for (const ListKind kind : {ListKind::resources, ListKind::templates}) {
    const auto found = known(kind).find(normal_uri(uri));
    if (found != known(kind).end() && found->second.source != source) return exposed_uri(labels_[source], uri);
  }
  return std::string(uri);
}

}  // namespace gatehouse::catalog
