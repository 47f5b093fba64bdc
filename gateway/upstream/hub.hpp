#pragma once
#include <cstdint>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <gatehouse/base/broadcast.hpp>
#include <gatehouse/client/link.hpp>
#include <gatehouse/net/loop.hpp>
#include <gatehouse/net/timers.hpp>

#include "gateway/subscriptions/wishes.hpp"

namespace gatehouse::upstream {

/// The resources of one server that clients watch: however many clients, the server is asked once (GB-185), anew after every
/// reconnect (GB-186), and whoever asked hears of changes.
class Hub final {
 public:
  /// `server`: its number, for the watchers.
  Hub(net::Loop& loop, std::uint64_t server, subscriptions::Wishes::Options options = {});

  Result<void> add(std::string_view uri, subscriptions::Watcher& who);
  void remove(std::string_view uri, subscriptions::Watcher& who);
  /// Waits until the server said whether it watches `uri`, but not longer than `patience`; 0: what is known now.
  Task<subscriptions::Wishes::Standing> standing(std::string uri, Milliseconds patience, Cancel& cancel);
  [[nodiscard]] std::size_t size() const { return wishes_.size(); }  ///< Different resources.

  /// The connection that carries the subscriptions; it has to live until `disconnected`.
  void connected(client::Link& link);
  void disconnected();
  /// One more connection, with a process or a state of its own, whose changes count as well; it has to live until `left`. Whether the
  /// server watches something is for the first connection to say.
  void joined(client::Link& link);
  void left(client::Link& link);
  // What the connection's listener hears:
  void watching(std::span<const std::string> asked, std::span<const std::string> accepted);
  /// While there is more than one connection a change is passed on after a moment, once for all that announce it.
  void updated(std::string_view uri);

 private:
  void tell_watchers(std::string_view uri);
  void tell_held();
  void tell_server();
  void arm_expiry();

  net::Loop& loop_;
  std::uint64_t server_;
  subscriptions::Wishes wishes_;
  client::Link* link_ = nullptr;
  bool was_connected_ = false;
  Broadcast answered_;
  std::vector<client::Link*> others_;
  std::set<std::string, std::less<>> held_;  // changed, not yet told
  net::Timer expiry_, held_timer_;
};

/// One wish at one server, given back when this goes.
class Watch {
 public:
  Watch(std::shared_ptr<Hub> hub, std::string uri, subscriptions::Watcher& who)
      : hub_(std::move(hub)), uri_(std::move(uri)), who_(&who) {}
  Watch(Watch&& other) noexcept : hub_(std::move(other.hub_)), uri_(std::move(other.uri_)), who_(other.who_) {}
  Watch& operator=(Watch&& other) noexcept {
    std::swap(hub_, other.hub_);
    std::swap(uri_, other.uri_);
    std::swap(who_, other.who_);
    return *this;
  }
  ~Watch() {
    if (hub_) hub_->remove(uri_, *who_);
  }
  [[nodiscard]] Hub& hub() const { return *hub_; }
  [[nodiscard]] const std::string& uri() const { return uri_; }

 private:
  std::shared_ptr<Hub> hub_;
  std::string uri_;
  subscriptions::Watcher* who_;
};

/// Makes a wish. Errors: limit_exceeded.
[[nodiscard]] Result<Watch> watch(std::shared_ptr<Hub> hub, std::string uri, subscriptions::Watcher& who);

}  // namespace gatehouse::upstream
