#include "gateway/upstream/slots.hpp"

#include <algorithm>

#include <gatehouse/net/timers.hpp>

#include "gateway/bridge/question.hpp"

namespace gatehouse::upstream {
namespace {

constexpr auto kIdleTime = std::chrono::minutes(10);
constexpr std::size_t kMaxWaiting = 256;
constexpr Milliseconds kPingPatience{2'000};
constexpr std::string_view kNoRoots = R"({"roots":[]})";

Error all_taken() {
  return Error{Kind::limit_exceeded, Origin::gateway,
               "All connections to this server that can ask questions are in use; try again later."}
      .with_data(R"({"gatehouse":{"limit":"max_slots"}})")
      .with_retry(Retry::later(Milliseconds{1000}));
}

Task<mcp::Reply> nobody() {
  co_return fail(Kind::invalid_params, Origin::client, "Nothing says which call this question belongs to.");
}

}  // namespace

class Slot::OwnListener final : public client::Listener {
 public:
  explicit OwnListener(Slot& slot) : slot_(slot) {}
  void notified(const mcp::Message& notification) override { slot_.observer_.heard(notification); }
  Task<mcp::Reply> asked(const mcp::Message& request, Cancel& cancel) override { return slot_.asked(request, cancel); }

 private:
  Slot& slot_;
};

Slot::Slot(net::Loop& loop, std::string who, Milliseconds roots_hold, SlotObserver& observer)
    : owner(std::move(who)), loop_(loop), roots_hold_(roots_hold), observer_(observer) {
  binding.listener = std::make_unique<OwnListener>(*this);
}
Slot::~Slot() = default;

Slot::User::User(Slot& slot, client::Listener& listener) : slot_(slot), listener_(listener) {
  slot_.users_.push_back(this);
  slot_.user_came_.notify_all();
}
Slot::User::~User() { std::erase(slot_.users_, this); }

Task<void> Slot::User::end() {
  std::erase(slot_.users_, this);
  over_.request(CancelReason::superseded);
  while (open_ > 0) co_await idle_.wait();
}

Task<mcp::Reply> Slot::asked(const mcp::Message& request, Cancel& cancel) {
  if (request.rpc.method == bridge::ask::kRoots) return asked_for_roots(request, cancel);
  return users_.size() == 1 ? pass_on(request, *users_.front(), cancel) : nobody();
}

/// Every call here has the same principal, so any of them may be asked; before the first one, this waits for it.
Task<mcp::Reply> Slot::asked_for_roots(const mcp::Message& request, Cancel& cancel) {
  Cancel stop;
  const Cancel::Hook withdrawn(cancel, [&] { stop.request(cancel.reason()); });
  open_roots_.push_back(&stop);
  co_await wait_for_user(stop);
  mcp::Reply reply = mcp::Answer::of(std::string(kNoRoots));
  if (!users_.empty()) reply = co_await pass_on(request, *users_.front(), stop);
  if (!reply && stop.reason() == CancelReason::timed_out) reply = mcp::Answer::of(std::string(kNoRoots));
  std::erase(open_roots_, &stop);
  roots_told_.notify_all();
  co_return reply;
}

Task<void> Slot::wait_for_user(Cancel& cancel) {
  Cancel patience;
  const net::Deadline deadline(loop_.timers(), roots_hold_, patience);
  const Cancel::Hook late(patience, [this] { user_came_.notify_all(); });
  const Cancel::Hook withdrawn(cancel, [this] { user_came_.notify_all(); });
  while (users_.empty() && !patience.requested() && !cancel.requested()) co_await user_came_.wait();
}

Task<mcp::Reply> Slot::pass_on(const mcp::Message& request, User& user, Cancel& cancel) {
  Cancel stop;
  const Cancel::Hook withdrawn(cancel, [&] { stop.request(cancel.reason()); });
  const Cancel::Hook over(user.over_, [&] { stop.request(CancelReason::superseded); });
  ++user.open_;
  auto reply = co_await user.listener_.asked(request, stop);
  --user.open_;
  user.idle_.notify();
  co_return reply;
}

Task<void> Slot::ready(Cancel& cancel) {
  if (std::exchange(is_ready_, true)) co_return;
  if (!binding.link->separates_requests()) co_await ping(cancel);
  Cancel patience;
  const net::Deadline deadline(loop_.timers(), roots_hold_, patience);
  const Cancel::Hook late(patience, [this] { roots_told_.notify_all(); });
  const Cancel::Hook gone(cancel, [this] { roots_told_.notify_all(); });
  while (!open_roots_.empty() && !patience.requested() && !cancel.requested()) co_await roots_told_.wait();
  for (Cancel* question : std::vector(open_roots_)) question->request(CancelReason::timed_out);
}

/// On one channel everything keeps its order: what the server asked when it was initialized is there before its answer.
Task<void> Slot::ping(Cancel& cancel) {
  Cancel own;
  const Cancel::Hook stop(cancel, [&] { own.request(cancel.reason()); });
  const client::Request request{.method = mcp::Method::ping,
                                .method_name = mcp::to_string(mcp::Method::ping),
                                .idle_timeout = kPingPatience,
                                .max_timeout = kPingPatience,
                                .takes_unattributed = false};
  (void)co_await binding.link->request(request, *binding.listener, own);
}

/// The oldest one that is free: what a server remembers is more likely to be there.
std::shared_ptr<Slot> Slots::free_slot(const Wish& wish) {
  const auto fits = [&wish](const auto& slot) {
    return slot->owner == wish.owner && slot->binding.link && slot->binding.link->usable() &&
           (!wish.alone || slot->taken == 0);
  };
  const auto found = std::ranges::find_if(slots_, fits);
  return found == slots_.end() ? nullptr : *found;
}

/// A connection that died while nobody used it makes room, and so does an idle one of somebody else when there are too many.
bool Slots::may_open(const Wish& wish) {
  const auto dead = std::ranges::find_if(
      slots_, [](const auto& slot) { return slot->taken == 0 && slot->binding.link && !slot->binding.link->usable(); });
  if (dead != slots_.end()) drop(*dead);
  const auto own = static_cast<std::size_t>(std::ranges::count(slots_, wish.owner, &Slot::owner));
  if (own >= (wish.alone ? limits_.per_owner : 1)) return false;
  if (slots_.size() < limits_.all) return true;
  const auto idle = std::ranges::find_if(slots_, [](const auto& slot) { return slot->taken == 0; });
  if (idle == slots_.end()) return false;
  drop(*idle);
  return true;
}

Task<Result<std::shared_ptr<Slot>>> Slots::open(Wish wish) {
  auto slot = std::make_shared<Slot>(loop_, wish.owner, limits_.roots_hold, observer_);
  slot->taken = 1;
  slot->once = wish.once;
  slots_.push_back(slot);
  auto link = co_await open_(wish.capabilities, slot->binding.listener.get());
  changed_.notify_all();
  if (!link) {
    std::erase(slots_, slot);
    co_return fail(std::move(link.error()));
  }
  slot->binding.link = std::move(*link);
  if (closed_) {
    co_await slot->binding.link->close();
    co_return fail(Kind::unavailable, Origin::gateway, "The server is being stopped.");
  }
  slot->binding.last_used = Clock::now();
  observer_.opened(*slot->binding.link);
  co_return slot;
}

Task<Result<std::shared_ptr<Slot>>> Slots::take(Wish wish, Cancel& cancel) {
  Cancel patience;
  const net::Deadline deadline(loop_.timers(), limits_.patience, patience);
  const Cancel::Hook late(patience, [this] { changed_.notify_all(); });
  const Cancel::Hook gone(cancel, [this] { changed_.notify_all(); });
  while (!closed_ && !cancel.requested()) {
    if (auto slot = free_slot(wish)) {
      ++slot->taken;
      co_return slot;
    }
    if (may_open(wish)) {
      auto opened = co_await open(std::move(wish));
      co_return opened;
    }
    if (patience.requested() || waiting_ >= kMaxWaiting) co_return fail(all_taken());
    ++waiting_;
    co_await changed_.wait();
    --waiting_;
  }
  co_return fail(Kind::cancelled, Origin::client, "The request was cancelled.");
}

void Slots::give_back(const std::shared_ptr<Slot>& slot) {
  slot->binding.last_used = Clock::now();
  --slot->taken;
  if (slot->taken == 0 && (slot->once || !slot->binding.link->usable())) drop(slot);
  changed_.notify_all();
}

void Slots::drop(std::shared_ptr<Slot> slot) {
  std::erase(slots_, slot);
  if (!slot->binding.link) return;
  observer_.closed(*slot->binding.link);
  tasks_.spawn(close(std::move(slot)));
}

Task<void> Slots::close(std::shared_ptr<Slot> slot) { co_await slot->binding.link->close(); }

void Slots::expire(TimePoint now) {
  std::vector<std::shared_ptr<Slot>> over;
  for (const auto& slot : slots_) {
    if (slot->taken > 0 || !slot->binding.link) continue;
    if (!slot->binding.link->usable() || now - slot->binding.last_used > kIdleTime) over.push_back(slot);
  }
  for (auto& slot : over) drop(std::move(slot));
}

Task<void> Slots::close_all() {
  closed_ = true;
  changed_.notify_all();
  for (auto& slot : std::vector(slots_)) drop(std::move(slot));
  co_await tasks_.join();
}

}  // namespace gatehouse::upstream
