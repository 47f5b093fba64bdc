#include "gateway/stages/watchers.hpp"

#include <algorithm>

#include <fmt/format.h>

#include <gatehouse/json/value.hpp>

#include "gateway/stages/authorize.hpp"

namespace gatehouse::stages {
namespace {

constexpr Milliseconds kCoalesce{20};        // of changed resources
constexpr Milliseconds kListsCoalesce{250};  // of changed lists

void send_lists(transport::Session& session, Lists lists) {
  for (std::size_t i = 0; i < kListTopics.size(); ++i) {
    if (lists & list_bit(i)) session.send(kListTopics[i].notification, json::Splice("{}"));
  }
}

void send_update(transport::Session& session, std::string_view uri) {
  const std::string params = json::Value::object({{"uri", uri}}).str();
  session.send(mcp::notification::kResourceUpdated, json::Splice(params));
}

std::unexpected<Error> refused(const Call& call, std::string_view uri) {
  return std::unexpected(
      Error{Kind::invalid_params, Origin::upstream,
            fmt::format("The server \"{}\" does not offer subscriptions to this resource.", call.server->name())}
          .with_data(json::Value::object({{"uri", uri}}).str()));
}

std::unexpected<Error> no_answer(const Call& call) {
  return std::unexpected(
      Error{Kind::unavailable, Origin::upstream,
            fmt::format("The server \"{}\" is not available now; try again later.", call.server->name())}
          .with_retry(Retry::later(Milliseconds{1000})));
}

}  // namespace

Lists list_bit(mcp::ListKind kind) {
  for (std::size_t i = 0; i < kListTopics.size(); ++i)
    if (kListTopics[i].notification == mcp::changed_notification(kind)) return list_bit(i);
  return 0;
}

Lists changed_for(const mcp::Principal& who, const Routes& before, const Routes& now) {
  const auto fingerprint = [&who](const Routes& routes, mcp::ListKind kind) {
    return routes.access ? routes.access->list(who, routes.endpoint, routes.view, kind)->fingerprint()
                         : routes.view->fingerprint(kind);
  };
  Lists changed = 0;
  for (const mcp::ListKind kind : mcp::kListKinds)
    if (fingerprint(before, kind) != fingerprint(now, kind)) changed |= list_bit(kind);
  return changed;
}

Interest::Interest(Watchers& watchers) : watchers_(watchers) { watchers.all_.push_back(*this); }

void Interest::give_back(std::string_view uri) {
  if (const auto found = watched_.find(uri); found != watched_.end()) watched_.erase(found);
}

void Interest::asked_by(const Access::Asker& asker) {
  who_ = asker.who.weak_from_this().lock();
  if (!who_) who_ = std::make_shared<const mcp::Principal>(asker.who);
  address_ = asker.address;
  revision_ = asker.revision;
}

void Interest::updated(std::uint64_t server, std::string_view uri) {
  std::string exposed = watchers_.expose(server, uri);
  if (exposed.empty() || pending_.size() >= kMaxPending) return;
  pending_.insert(std::move(exposed));
  watchers_.schedule_flush();
}

/// The resources of a session; outlives it while a subscription still waits for its server.
class Watchers::SessionInterest final : public Interest {
 public:
  SessionInterest(Watchers& watchers, std::string_view session) : Interest(watchers), id(session) {}

  const std::string id;
  bool ended = false;

 private:
  void flush() override {
    const auto session = watchers_.table_.find(id);
    for (const std::string& uri : std::exchange(pending_, {})) {
      if (session && !ended) send_update(*session, uri);
    }
  }
};

Watchers::Watchers(net::Loop& loop, SessionTable sessions, Options options)
    : table_(std::move(sessions)), options_(options), flush_timer_(loop.timers()), announce_timer_(loop.timers()) {}

void Watchers::schedule_flush() {
  if (!flush_timer_.armed()) flush_timer_.arm(kCoalesce, [this] { flush(); });
}

void Watchers::flush() {
  for (auto it = all_.begin(); it != all_.end();) {
    Interest& one = *it++;
    if (!one.pending_.empty() || one.lists_pending_ != 0) one.flush();
  }
}

void Watchers::announce(Lists changed) {
  to_announce_ |= changed;
  if (to_announce_ != 0) schedule_announcement();
}

void Watchers::announce(FunctionRef<Lists(const mcp::Principal&)> changed) {
  bool any = false;
  table_.each([&](transport::Session& session) {
    const Lists lists = changed(session.who());
    if (lists != 0) to_announce_alone_[session.id()] |= lists;
    any = any || lists != 0;
  });
  for (Interest& one : all_) {
    const Lists lists = changed(*one.who_);
    one.to_announce_ |= lists;
    any = any || lists != 0;
  }
  if (any) schedule_announcement();
}

void Watchers::schedule_announcement() {
  if (announce_timer_.armed()) return;
  const TimePoint now = Clock::now();
  if (now - announced_at_ >= kListsCoalesce) return announce_now();
  announce_timer_.arm(std::chrono::ceil<Milliseconds>(announced_at_ + kListsCoalesce - now), [this] { announce_now(); });
}

void Watchers::announce_now() {
  announced_at_ = Clock::now();
  const Lists changed = std::exchange(to_announce_, 0);
  const auto alone = std::exchange(to_announce_alone_, {});
  table_.each([&](transport::Session& session) {
    const auto own = alone.find(session.id());
    send_lists(session, own == alone.end() ? changed : static_cast<Lists>(changed | own->second));
  });
  for (Interest& one : all_) one.lists_changed(static_cast<Lists>(changed | std::exchange(one.to_announce_, Lists{0})));
  flush();
}

std::string Watchers::expose(std::uint64_t server, std::string_view uri) const {
  if (!routes_) return {};
  const auto found = std::ranges::find_if(routes_->servers, [&](const auto& one) { return one->number() == server; });
  if (found == routes_->servers.end()) return {};
  return routes_->view->expose_uri(static_cast<std::size_t>(found - routes_->servers.begin()), uri);
}

Task<Result<void>> Watchers::subscribe(const Call& call, const std::string& uri) {
  using Standing = subscriptions::Wishes::Standing;
  if (!call.server->may_watch()) co_return refused(call, uri);
  auto& entry = sessions_[std::string(call.in.client.session)];
  if (!entry) entry = std::make_shared<SessionInterest>(*this, call.in.client.session);
  const auto mine = entry;
  mine->asked_by(asker_of(call));
  if (mine->has(uri)) co_return Result<void>{};
  if (mine->size() >= options_.max_per_client) {
    co_return fail(Kind::limit_exceeded, Origin::client, "Too many resources are watched; give some up first.");
  }
  auto wish = upstream::watch(call.server->hub(), call.target.local, *mine);
  if (!wish) co_return fail(std::move(wish.error()));
  auto why_not = call.server->not_callable();  // then only what is known already counts
  const Milliseconds patience = why_not ? Milliseconds{0} : call.server->options().timeout;
  const Standing standing = co_await wish->hub().standing(call.target.local, patience, call.in.cancel);
  if (call.in.cancel.requested() || mine->ended)
    co_return fail(Kind::cancelled, Origin::client, "The request was cancelled.");
  if (standing == Standing::unknown && why_not) co_return fail(std::move(*why_not));
  if (standing == Standing::unknown) co_return no_answer(call);
  if (standing == Standing::refused) co_return refused(call, uri);
  if (!mine->has(uri)) mine->keep(uri, std::move(*wish));
  tell_own_process(*mine, *call.server);
  co_return Result<void>{};
}

void Watchers::unsubscribe(const Call& call) {
  const auto found = sessions_.find(call.in.client.session);
  if (found == sessions_.end()) return;
  const auto mine = found->second;
  mine->give_back(call.in.request.params.uri);
  tell_own_process(*mine, *call.server);
}

void Watchers::used_by(const Call& call) {
  if (sessions_.empty()) return;
  const auto found = sessions_.find(call.in.client.session);
  if (found == sessions_.end() || found->second->who_.get() == call.in.client.who) return;
  found->second->asked_by(asker_of(call));
  if (!routes_ || !routes_->access) return;
  reroute(*found->second);
  for (const auto& server : routes_->servers) tell_own_process(*found->second, *server);
}

/// A program that serves the session alone hears of what the session watches there, too.
void Watchers::tell_own_process(SessionInterest& interest, upstream::Upstream& server) {
  std::vector<std::string> uris;
  for (const auto& [uri, watch] : interest.watched_) {
    if (watch && &watch->hub() == server.hub().get()) uris.push_back(watch->uri());
  }
  server.watch_for(interest.id, interest, std::move(uris));
}

void Watchers::session_ended(std::string_view session) {
  const auto found = sessions_.find(session);
  if (found == sessions_.end()) return;
  const auto mine = found->second;
  sessions_.erase(found);
  mine->ended = true;
  mine->watched_.clear();
  if (!routes_) return;
  for (const auto& server : routes_->servers) server->watch_for(session, *mine, {});
}

void Watchers::assume_changes(std::string_view id) {
  const auto session = table_.find(id);
  if (!session) return;
  send_lists(*session, kAllLists);
  const auto found = sessions_.find(id);
  if (found == sessions_.end()) return;
  for (const auto& [uri, watch] : found->second->watched_) send_update(*session, uri);
}

void Watchers::rerouted(std::shared_ptr<const Routes> routes) {
  const auto before = std::exchange(routes_, std::move(routes));
  if (before && before->servers == routes_->servers && before->access == routes_->access) return;
  for (Interest& one : all_) reroute(one);
  for (const auto& [id, one] : sessions_) {
    for (const auto& server : routes_->servers) tell_own_process(*one, *server);
    for (const auto& server : before ? before->servers : routes_->servers) tell_own_process(*one, *server);
  }
}

void Watchers::reroute(Interest& interest) {
  for (auto& [uri, watch] : interest.watched_) {
    const auto target = routes_->view->resolve_uri(uri);
    const bool may = target && may_watch(*routes_, interest.asker(), *target);
    const auto hub = may ? routes_->servers[target->source]->hub() : nullptr;
    if (watch && &watch->hub() == hub.get() && watch->uri() == target->local) continue;
    watch.reset();
    if (!hub) continue;
    auto wish = upstream::watch(hub, target->local, interest);
    if (!wish) continue;
    watch = std::move(*wish);
    interest.pending_.insert(uri);  // what happened meanwhile is not known
    schedule_flush();
  }
}

std::size_t Watchers::watched() const {
  std::size_t sum = 0;
  for (const Interest& one : all_) sum += one.size();
  return sum;
}

}  // namespace gatehouse::stages
