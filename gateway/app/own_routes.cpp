#include "gateway/app/own_routes.hpp"

#include <chrono>
#include <vector>

#include <gatehouse/base/wall_clock.hpp>

#include "gateway/pins/filter.hpp"

namespace gatehouse::app {
namespace {

/// Null if no server shows the session anything else.
OwnRoutes::Routes make(std::string_view session, const OwnRoutes::Routes& everybodys) {
  auto sources = everybodys->view->sources();
  bool differs = false;
  auto held = std::make_shared<pins::HeldTools>();
  for (std::size_t i = 0; i < sources.size(); ++i) {
    auto lists = everybodys->servers[i]->lists_for(session);
    if (!lists) continue;
    const auto& pins = everybodys->pins;
    sources[i].lists = pins ? pins->show(sources[i].name, lists, wall_clock(), *held) : std::move(lists);
    differs = true;
  }
  if (!differs) return nullptr;
  auto own = std::make_shared<stages::Routes>(*everybodys);
  if (everybodys->held) held->insert(everybodys->held->begin(), everybodys->held->end());
  own->held = held->empty() ? nullptr : std::move(held);
  own->view = std::make_shared<const catalog::View>(std::move(sources), everybodys->view->options());
  return own;
}

}  // namespace

OwnRoutes::Routes OwnRoutes::find(std::string_view session) const {
  if (by_session_.empty()) return nullptr;
  const auto found = by_session_.find(session);
  return found == by_session_.end() ? nullptr : found->second;
}

stages::Lists OwnRoutes::renew(std::string_view session, const Routes& everybodys) {
  const Routes before = find(session);
  const Routes now = make(session, everybodys);
  session_ended(session);
  if (now) by_session_.emplace(session, now);
  const catalog::View& old_view = before ? *before->view : *everybodys->view;
  const catalog::View& new_view = now ? *now->view : *everybodys->view;
  stages::Lists changed = 0;
  for (const mcp::ListKind kind : mcp::kListKinds) {
    if (old_view.fingerprint(kind) != new_view.fingerprint(kind)) changed |= stages::list_bit(kind);
  }
  return changed;
}

void OwnRoutes::renew_all(const Routes& everybodys) {
  std::vector<std::string> sessions;
  for (const auto& [session, routes] : by_session_) sessions.push_back(session);
  for (const std::string& session : sessions) renew(session, everybodys);
}

void OwnRoutes::session_ended(std::string_view session) {
  if (const auto found = by_session_.find(session); found != by_session_.end()) by_session_.erase(found);
}

}  // namespace gatehouse::app
