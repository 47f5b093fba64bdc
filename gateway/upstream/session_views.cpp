#include "gateway/upstream/session_views.hpp"

#include <algorithm>

#include <gatehouse/base/log.hpp>

namespace gatehouse::upstream {
namespace {

constexpr Milliseconds kCoalesce{50};     // several announcements, one reading
constexpr std::size_t kMaxOwnLists = 64;  // sessions per server whose lists may differ; more see what everybody sees

bool is_list_change(std::string_view method) {
  return method == mcp::notification::kToolsChanged || method == mcp::notification::kResourcesChanged ||
         method == mcp::notification::kPromptsChanged;
}

}  // namespace

SessionViews::Lists SessionViews::lists(std::string_view session) const {
  const auto found = by_session_.find(session);
  return found == by_session_.end() ? nullptr : found->second.lists;
}

void SessionViews::watch(std::string_view session, subscriptions::Watcher& who, std::vector<std::string> uris) {
  auto found = by_session_.find(session);
  if (found == by_session_.end()) {
    if (uris.empty()) return;
    found = by_session_.try_emplace(std::string(session)).first;
  }
  found->second.who = uris.empty() ? nullptr : &who;
  found->second.uris = std::move(uris);
  drop_if_empty(session);
}

void SessionViews::opened(std::string_view session, const std::shared_ptr<Binding>& binding) {
  const auto found = by_session_.find(session);
  if (found != by_session_.end() && !found->second.uris.empty()) binding->link->watch(found->second.uris);
}

void SessionViews::heard(std::string_view session, const std::shared_ptr<Binding>& binding,
                         const mcp::Message& notification) {
  auto found = by_session_.find(session);
  if (is_list_change(notification.rpc.method)) {
    if (tasks_.cancelled()) return;
    if (found == by_session_.end()) found = by_session_.try_emplace(std::string(session)).first;
    if (found->second.reading)
      found->second.again = true;
    else
      tasks_.spawn(read(std::string(session), binding));
  } else if (notification.rpc.method == mcp::notification::kResourceUpdated) {
    if (found != by_session_.end() && found->second.who) found->second.who->updated(server_, notification.params.uri);
  }
}

Task<void> SessionViews::read(std::string session, std::shared_ptr<Binding> binding) {
  by_session_[session].reading = true;
  ++binding->in_use;
  bool again = true;
  while (again && !tasks_.cancelled()) {
    co_await loop_.sleep(kCoalesce, &tasks_.cancel());
    by_session_[session].again = false;
    Lists lists = co_await fetch_(*binding->link);
    if (!tasks_.cancelled() && binding->link->usable()) set_lists(session, std::move(lists));
    again = by_session_[session].again;
  }
  --binding->in_use;
  by_session_[session].reading = false;
  drop_if_empty(session);
}

void SessionViews::set_lists(const std::string& session, Lists lists) {
  One& one = by_session_[session];
  if (!one.lists && !lists) return;
  if (lists && !one.lists && own_lists_ >= kMaxOwnLists) {
    log::warn("too many sessions see lists of their own: one more sees everybody's", {{"session", session}});
    return;
  }
  own_lists_ += (lists ? 1U : 0U);
  own_lists_ -= (one.lists ? 1U : 0U);
  one.lists = std::move(lists);
  if (changed_) changed_(session);
}

void SessionViews::closed(std::string_view session) {
  const auto found = by_session_.find(session);
  if (found == by_session_.end()) return;
  set_lists(found->first, nullptr);
  drop_if_empty(session);
}

void SessionViews::drop_if_empty(std::string_view session) {
  const auto found = by_session_.find(session);
  if (found == by_session_.end()) return;
  const One& one = found->second;
  if (!one.lists && one.uris.empty() && !one.reading) by_session_.erase(found);
}

}  // namespace gatehouse::upstream
