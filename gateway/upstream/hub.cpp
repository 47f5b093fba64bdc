#include "gateway/upstream/hub.hpp"

#include <algorithm>

namespace gatehouse::upstream {

using Standing = subscriptions::Wishes::Standing;

namespace {

constexpr Milliseconds kCoalesce{50};    // the same change, announced on several connections
constexpr std::size_t kMaxHeld = 1'000;  // different resources; more are told at once

}  // namespace

Hub::Hub(net::Loop& loop, std::uint64_t server, subscriptions::Wishes::Options options)
    : loop_(loop), server_(server), wishes_(options), expiry_(loop.timers()), held_timer_(loop.timers()) {}

Result<void> Hub::add(std::string_view uri, subscriptions::Watcher& who) {
  const auto added = wishes_.add(uri, who);
  if (!added) return fail(Error(added.error()));
  if (*added) tell_server();
  return {};
}

void Hub::remove(std::string_view uri, subscriptions::Watcher& who) {
  wishes_.remove(uri, who, Clock::now());
  if (!expiry_.armed() || wishes_.standing(uri) == Standing::refused) arm_expiry();
}

void Hub::arm_expiry() {
  const auto next = wishes_.next_expiry();
  if (!next) return;
  const auto wait = std::max(std::chrono::ceil<Milliseconds>(*next - Clock::now()), Milliseconds{1});
  expiry_.arm(wait, [this] {
    if (wishes_.expire(Clock::now())) tell_server();
    arm_expiry();
  });
}

void Hub::tell_server() {
  if (link_) link_->watch(wishes_.uris());
  for (client::Link* other : others_) other->watch(wishes_.uris());
}

void Hub::connected(client::Link& link) {
  link_ = &link;
  wishes_.forget_answers();
  if (wishes_.size() > 0) tell_server();
  if (!std::exchange(was_connected_, true)) return;
  for (const std::string& uri : wishes_.uris()) updated(uri);  // nobody knows what happened meanwhile
}

void Hub::disconnected() {
  link_ = nullptr;
  wishes_.forget_answers();
  answered_.notify_all();
}

void Hub::joined(client::Link& link) {
  others_.push_back(&link);
  if (wishes_.size() > 0) link.watch(wishes_.uris());
}

void Hub::left(client::Link& link) { std::erase(others_, &link); }

void Hub::watching(std::span<const std::string> asked, std::span<const std::string> accepted) {
  wishes_.answered(asked, accepted);
  answered_.notify_all();
}

void Hub::updated(std::string_view uri) {
  if (others_.empty() || held_.size() >= kMaxHeld) return tell_watchers(uri);
  held_.emplace(uri);
  if (!held_timer_.armed()) held_timer_.arm(kCoalesce, [this] { tell_held(); });
}

void Hub::tell_held() {
  for (const std::string& uri : std::exchange(held_, {})) tell_watchers(uri);
}

void Hub::tell_watchers(std::string_view uri) {
  wishes_.each_affected(uri, [&](subscriptions::Watcher& one) { one.updated(server_, uri); });
}

Task<Standing> Hub::standing(std::string uri, Milliseconds patience, Cancel& cancel) {
  if (patience == Milliseconds{0}) co_return wishes_.standing(uri);
  Cancel late;
  const net::Deadline deadline(loop_.timers(), patience, late);
  const Cancel::Hook give_up(late, [this] { answered_.notify_all(); });
  const Cancel::Hook gone(cancel, [this] { answered_.notify_all(); });
  while (wishes_.standing(uri) == Standing::unknown && link_ && !late.requested() && !cancel.requested())
    co_await answered_.wait();
  co_return wishes_.standing(uri);
}

Result<Watch> watch(std::shared_ptr<Hub> hub, std::string uri, subscriptions::Watcher& who) {
  if (auto added = hub->add(uri, who); !added) return fail(std::move(added.error()));
  return Watch(std::move(hub), std::move(uri), who);
}

}  // namespace gatehouse::upstream
