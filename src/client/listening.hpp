#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <gatehouse/base/task_group.hpp>
#include <gatehouse/client/link.hpp>
#include <gatehouse/net/loop.hpp>
#include <gatehouse/net/timers.hpp>

namespace gatehouse::client {

/// Keeps one `subscriptions/listen` open at a modern server: for its lists, and for the resources that are watched.
/// A filter cannot be changed, so another one means another stream. The old one stays until the new one was acknowledged, and
/// what both bring meanwhile counts once. Rule: 2026-07-28 basic/patterns/subscriptions; gateway rules GB-183, GB-186.
class Listening {
 public:
  /// Sends one request and returns its reply; notifications that belong to it go to the listener.
  using Post = std::function<Task<mcp::Reply>(const Request&, Listener&, Cancel&)>;
  Listening(net::Loop& loop, Post post, Listener& listener, const mcp::ServerCapabilities& capabilities);
  ~Listening();

  void watch(std::vector<std::string> uris);
  /// Listens until `cancel` is requested.
  Task<void> run(Cancel& cancel);

 private:
  struct Stream;
  using Key = std::pair<std::string, std::string>;  // method and URI of a notification

  [[nodiscard]] bool wants_nothing(const std::vector<std::string>& uris) const;
  [[nodiscard]] std::string params(const std::vector<std::string>& uris) const;
  Task<void> carry(std::shared_ptr<Stream> stream);
  Task<void> open(Cancel& cancel);
  Task<void> replace_current(std::shared_ptr<Stream> opened, Cancel& cancel);
  Task<void> not_opened(std::shared_ptr<Stream> failed, Cancel& cancel);
  Task<void> lost(Cancel& cancel);
  Task<void> pause(Cancel& cancel);
  void take(Stream& stream, const mcp::Message& message);
  void deliver(const Key& key);
  void assume_changes();

  net::Loop& loop_;
  Post post_;
  Listener& listener_;
  const mcp::ServerCapabilities& capabilities_;
  std::vector<std::string> uris_;
  std::optional<std::vector<std::string>> settled_;  // for these the current stream is the right one
  std::shared_ptr<Stream> current_, next_;
  bool interrupted_ = false;  // something may have been missed
  bool gathering_ = false;    // two streams are open
  std::set<Key> gathered_;
  Milliseconds delay_;
  TimePoint opened_at_;
  Signal changed_;
  TaskGroup group_;
};

}  // namespace gatehouse::client
