#include "gateway/subscriptions/wishes.hpp"

#include <algorithm>

namespace gatehouse::subscriptions {

Result<bool> Wishes::add(std::string_view uri, Watcher& who) {
  auto found = entries_.find(uri);
  const bool is_new = found == entries_.end();
  if (is_new && entries_.size() >= options_.max_uris) {
    return fail(Kind::limit_exceeded, Origin::gateway,
                "Too many resources of this server are watched; try again later.");
  }
  if (is_new) found = entries_.try_emplace(std::string(uri)).first;
  found->second.watchers.push_back(&who);
  return is_new;
}

void Wishes::remove(std::string_view uri, Watcher& who, TimePoint now) {
  const auto found = entries_.find(uri);
  if (found == entries_.end()) return;
  auto& watchers = found->second.watchers;
  const auto one = std::ranges::find(watchers, &who);
  if (one == watchers.end()) return;
  watchers.erase(one);
  // What the server refused is asked for again by the next one who wants it: the resource may exist by then.
  const bool refused = found->second.standing == Standing::refused;
  if (watchers.empty()) found->second.idle_since = refused ? now - options_.linger : now;
}

bool Wishes::expire(TimePoint now) {
  return std::erase_if(entries_, [&](const auto& item) {
           return item.second.watchers.empty() && item.second.idle_since + options_.linger <= now;
         }) > 0;
}

std::optional<TimePoint> Wishes::next_expiry() const {
  std::optional<TimePoint> next;
  for (const auto& [uri, entry] : entries_) {
    if (!entry.watchers.empty()) continue;
    const TimePoint due = entry.idle_since + options_.linger;
    if (!next || due < *next) next = due;
  }
  return next;
}

std::vector<std::string> Wishes::uris() const {
  std::vector<std::string> all;
  all.reserve(entries_.size());
  for (const auto& [uri, entry] : entries_) all.push_back(uri);
  return all;
}

void Wishes::answered(std::span<const std::string> asked, std::span<const std::string> accepted) {
  for (const std::string& uri : asked) {
    if (const auto found = entries_.find(uri); found != entries_.end()) found->second.standing = Standing::refused;
  }
  for (const std::string& uri : accepted) {
    if (const auto found = entries_.find(uri); found != entries_.end()) found->second.standing = Standing::accepted;
  }
}

void Wishes::forget_answers() {
  for (auto& [uri, entry] : entries_) entry.standing = Standing::unknown;
}

Wishes::Standing Wishes::standing(std::string_view uri) const {
  const auto found = entries_.find(uri);
  return found == entries_.end() ? Standing::unknown : found->second.standing;
}

void Wishes::each_affected(std::string_view uri, FunctionRef<void(Watcher&)> visit) const {
  const auto visit_all = [&](std::string_view watched) {
    const auto found = entries_.find(watched);
    if (found == entries_.end()) return false;
    for (Watcher* one : found->second.watchers) visit(*one);
    return !found->second.watchers.empty();
  };
  if (visit_all(uri)) return;
  for (std::size_t slash = uri.rfind('/'); slash != std::string_view::npos;) {
    if (slash + 1 < uri.size()) visit_all(uri.substr(0, slash + 1));
    visit_all(uri.substr(0, slash));
    slash = slash == 0 ? std::string_view::npos : uri.rfind('/', slash - 1);
  }
}

}  // namespace gatehouse::subscriptions
