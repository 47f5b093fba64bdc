#include "gateway/stages/listen_stream.hpp"

#include <algorithm>

#include <fmt/format.h>

#include <gatehouse/json/value.hpp>

#include "gateway/stages/authorize.hpp"

namespace gatehouse::stages {
namespace {

/// One URI while its server has not answered yet.
struct Wish {
  std::string uri, local;
  upstream::Watch watch;
};

std::vector<Wish> make_wishes(const Call& call, const std::vector<std::string>& uris, subscriptions::Watcher& watcher) {
  std::vector<Wish> wishes;
  for (const std::string& uri : uris) {
    auto target = call.routes.view->resolve_uri(uri);
    if (!target) continue;
    upstream::Upstream& server = *call.routes.servers[target->source];
    if (!server.may_watch() || !may_watch(call.routes, asker_of(call), *target)) continue;
    auto wish = upstream::watch(server.hub(), target->local, watcher);
    if (wish) wishes.push_back(Wish{uri, std::move(target->local), std::move(*wish)});
  }
  return wishes;
}

std::unexpected<Error> wrong(std::string_view what) {
  return fail(Kind::invalid_params, Origin::client, "params.notifications" + std::string(what));
}

}  // namespace

Result<ListenFilter> read_listen_filter(const mcp::Params& params) {
  const json::Member* member = params.object.find("notifications");
  const auto wanted = member ? json::parse(member->value) : Result<json::Value>(json::Value());
  if (!wanted || !wanted->is_object()) return wrong(" has to be an object.");
  ListenFilter filter;
  for (std::size_t i = 0; i < kListTopics.size(); ++i) {
    const json::Value* flag = wanted->find(kListTopics[i].filter);
    if (flag && flag->as_bool().value_or(false)) filter.lists |= list_bit(i);
  }
  const json::Value* uris = wanted->find("resourceSubscriptions");
  if (!uris) return filter;
  if (!uris->is_array()) return wrong(".resourceSubscriptions has to be an array of strings.");
  for (const json::Value& uri : *uris->as_array()) {
    if (!uri.is_string()) return wrong(".resourceSubscriptions has to be an array of strings.");
    filter.uris.push_back(*uri.as_string());
  }
  std::ranges::sort(filter.uris);
  const auto again = std::ranges::unique(filter.uris);
  filter.uris.erase(again.begin(), again.end());
  return filter;
}

Task<void> ListenStream::watch(const Call& call, const std::vector<std::string>& uris) {
  using Standing = subscriptions::Wishes::Standing;
  std::vector<Wish> wishes = make_wishes(call, uris, *this);
  const TimePoint end = Clock::now() + watchers_.options().ack_wait;
  for (Wish& wish : wishes) {
    const auto left = std::chrono::ceil<Milliseconds>(end - Clock::now());
    const Standing standing =
        co_await wish.watch.hub().standing(wish.local, std::max(left, Milliseconds{1}), call.in.cancel);
    if (standing == Standing::accepted) keep(std::move(wish.uri), std::move(wish.watch));
  }
  if (watched_.size() < wishes.size()) pending_.clear();  // some of it may be about what is not acknowledged
}

Task<void> ListenStream::run(mcp::Events& events, Cancel& cancel) {
  acknowledge(events);
  const Cancel::Hook over(cancel, [this] { changed_.notify(); });
  while (!cancel.requested()) {
    if (!events.has_room()) co_return;  // the client does not read: it gets the result and may come again (GB-188)
    send_pending(events);
    co_await changed_.wait();
  }
}

void ListenStream::acknowledge(mcp::Events& events) const {
  auto accepted = json::Value::object();
  for (std::size_t i = 0; i < kListTopics.size(); ++i)
    if (lists_ & list_bit(i)) accepted.set(kListTopics[i].filter, true);
  if (!watched_.empty()) {
    auto uris = json::Value::array();
    for (const auto& [uri, watch] : watched_) uris.push(uri);
    accepted.set("resourceSubscriptions", std::move(uris));
  }
  send(events, mcp::notification::kAcknowledged, ",\"notifications\":" + accepted.str());
}

void ListenStream::send_pending(mcp::Events& events) {
  const Lists lists = std::exchange(lists_pending_, 0);
  for (std::size_t i = 0; i < kListTopics.size(); ++i)
    if (lists & list_bit(i)) send(events, kListTopics[i].notification, {});
  for (const std::string& uri : std::exchange(pending_, {}))
    send(events, mcp::notification::kResourceUpdated, ",\"uri\":" + json::quoted(uri));
}

void ListenStream::send(mcp::Events& events, std::string_view method, std::string_view more) const {
  const std::string params = fmt::format(R"({{"_meta":{{"{}":{}}}{}}})", mcp::meta_key::kSubscriptionId, id_, more);
  events.notify(method, json::Splice(params));
}

}  // namespace gatehouse::stages
