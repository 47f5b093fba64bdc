#pragma once
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <gatehouse/base/signal.hpp>
#include <gatehouse/client/link.hpp>
#include <gatehouse/net/loop.hpp>
#include <gatehouse/net/timers.hpp>

namespace gatehouse::client {

/// Keeps the subscriptions at a legacy server equal to what is watched, with `resources/subscribe` and `resources/unsubscribe`.
/// Rule: 2025-11-25 server/resources, "Subscriptions"; gateway rule GB-182.
class Subscribing {
 public:
  /// Sends one request and returns its reply.
  using Post = std::function<Task<mcp::Reply>(const Request&, Listener&, Cancel&)>;
  Subscribing(net::Loop& loop, Post post, Listener& listener, Milliseconds timeout)
      : loop_(loop), post_(std::move(post)), listener_(listener), timeout_(timeout) {}

  void watch(std::vector<std::string> uris);
  /// Whether the server has a way to send what no request caused. Until it is known nothing is asked for; a server that has none
  /// would accept and stay silent.
  void can_push(bool can);
  /// Something may have been missed: says that everything watched has changed.
  void interrupted();
  /// Subscribes and unsubscribes until `cancel` is requested.
  Task<void> run(Cancel& cancel);

 private:
  Task<void> know_channel(Cancel& cancel);
  Task<void> one_change(Cancel& cancel);
  Task<bool> ask(mcp::Method method, const std::string& uri, Cancel& cancel);

  net::Loop& loop_;
  Post post_;
  Listener& listener_;
  Milliseconds timeout_;
  std::set<std::string> wanted_;
  std::map<std::string, bool> settled_;  // true: accepted
  std::optional<bool> can_push_;
  Signal changed_;
};

}  // namespace gatehouse::client
