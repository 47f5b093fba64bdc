#include "gateway/stages/access.hpp"

#include <algorithm>
#include <chrono>

#include <gatehouse/base/wall_clock.hpp>

#include "gateway/catalog/names.hpp"

namespace gatehouse::stages {
namespace {

using policy::Item;

}  // namespace

Item::Kind item_kind(mcp::ListKind kind) {
  switch (kind) {
    case mcp::ListKind::tools: return Item::Kind::tool;
    case mcp::ListKind::prompts: return Item::Kind::prompt;
    case mcp::ListKind::resources: return Item::Kind::resource;
    case mcp::ListKind::templates: return Item::Kind::resource_template;
  }
  return Item::Kind::none;
}

std::string_view use_method(Item::Kind kind) {
  switch (kind) {
    case Item::Kind::tool: return mcp::to_string(mcp::Method::tools_call);
    case Item::Kind::prompt: return mcp::to_string(mcp::Method::prompts_get);
    default: return mcp::to_string(mcp::Method::resources_read);
  }
}

Access::Access(std::shared_ptr<const policy::Policy> policy, Options options)
    : judge_(std::move(policy), options.judge), options_(options) {}

std::size_t Access::ListKeyHash::operator()(const ListKey& key) const {
  const std::size_t a = std::hash<const void*>{}(key.view), b = std::hash<const void*>{}(key.profile);
  return (a * 31 + b) * 31 + static_cast<std::size_t>(key.kind);
}

std::shared_ptr<policy::Profile> Access::profile(const mcp::Principal& who) {
  if (const auto found = known_.find(&who); found != known_.end()) return found->second.profile;
  auto profile = judge_.profile(who);
  auto shared = who.weak_from_this().lock();
  if (!shared) return profile;
  if (known_.size() >= options_.max_principals) known_.clear();
  known_.emplace(&who, Known{std::move(shared), profile});
  return profile;
}

const policy::Decision& Access::decide(const Asker& asker, const Item& item, policy::Arguments* arguments) {
  const auto profile = this->profile(asker.who);
  return judge_.decide(*profile, item,
                       {.arguments = arguments,
                        .address = asker.address,
                        .protocol = mcp::to_string(asker.revision),
                        .now = wall_clock(),
                        .auth_time = asker.who.auth.time});
}

bool Access::shows(const mcp::Principal& who, const Item& item) { return judge_.shows(*profile(who), item); }

Access::Selection Access::list(const mcp::Principal& who, std::string_view endpoint,
                               const std::shared_ptr<const catalog::View>& view, mcp::ListKind kind) {
  const auto profile = this->profile(who);
  const ListKey key{view.get(), profile.get(), kind};
  // Another view may have taken the address of one that is gone.
  if (const auto found = lists_.find(key); found != lists_.end() && found->second.view.lock() == view)
    return found->second.selection;
  make_room();
  const Item::Kind item_kind = stages::item_kind(kind);
  const bool is_uri = kind == mcp::ListKind::resources;
  auto selection = view->select(kind, [&](std::size_t source, const catalog::Item& item) {
    const std::string normal = is_uri ? catalog::normal_uri(item.key) : std::string();
    return judge_.shows(*profile, {.kind = item_kind,
                                   .method = use_method(item_kind),
                                   .endpoint = endpoint,
                                   .server = view->sources()[source].name,
                                   .name = is_uri ? normal : item.key,
                                   .hints = item.hints});
  });
  lists_.insert_or_assign(key, Seen{view, profile, selection});
  return selection;
}

/// Lists of views that are gone go first; if that is not enough, all do.
void Access::make_room() {
  const auto is_full = [this] {
    std::size_t bytes = 0;
    for (const auto& [key, seen] : lists_) bytes += seen.selection->bytes();
    return lists_.size() >= options_.max_lists || bytes >= options_.max_list_bytes;
  };
  if (!is_full()) return;
  std::erase_if(lists_, [](const auto& entry) { return entry.second.view.expired(); });
  if (is_full()) lists_.clear();
}

bool Access::shows_server(const mcp::Principal& who, std::string_view endpoint,
                          const std::shared_ptr<const catalog::View>& view, std::size_t source) {
  return std::ranges::any_of(mcp::kListKinds,
                             [&](mcp::ListKind kind) { return list(who, endpoint, view, kind)->shows_source(source); });
}

}  // namespace gatehouse::stages
