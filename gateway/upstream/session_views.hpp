#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <gatehouse/base/task_group.hpp>
#include <gatehouse/net/loop.hpp>

#include "gateway/catalog/server_lists.hpp"
#include "gateway/subscriptions/wishes.hpp"
#include "gateway/upstream/bindings.hpp"

namespace gatehouse::upstream {

/// What single sessions see of a server on connections of their own: lists that differ from everybody's, and changed resources.
/// A legacy server may show every connection other lists, and a program has one process per connection. Bounded.
/// Rule: gateway rules 5.4 and 11.
class SessionViews final : public Bindings::Observer {
 public:
  using Lists = std::shared_ptr<const catalog::ServerLists>;
  /// Reads the lists on a session's own connection, which stays open meanwhile; null: it failed, or they are everybody's.
  using Fetch = std::function<Task<Lists>(client::Link&)>;
  /// `server`: its number. `changed`: the lists of a session are other ones now.
  SessionViews(net::Loop& loop, std::uint64_t server, Fetch fetch, std::function<void(std::string_view)> changed)
      : loop_(loop), server_(server), fetch_(std::move(fetch)), changed_(std::move(changed)) {}

  /// The session's own lists; null: it sees what everybody sees.
  [[nodiscard]] Lists lists(std::string_view session) const;
  /// The session watches these resources, and `who` hears of it. No URIs: nobody does any more.
  void watch(std::string_view session, subscriptions::Watcher& who, std::vector<std::string> uris);

  // What happens to the session's connection:
  void opened(std::string_view session, const std::shared_ptr<Binding>& binding) override;
  void heard(std::string_view session, const std::shared_ptr<Binding>& binding,
             const mcp::Message& notification) override;
  void closed(std::string_view session) override;

  void stop() { changed_ = nullptr, tasks_.cancel().request(CancelReason::shutting_down); }
  Task<void> join() { return tasks_.join(); }

 private:
  struct One {
    Lists lists;
    subscriptions::Watcher* who = nullptr;
    std::vector<std::string> uris;
    bool reading = false, again = false;
  };
  Task<void> read(std::string session, std::shared_ptr<Binding> binding);
  void set_lists(const std::string& session, Lists lists);
  void drop_if_empty(std::string_view session);

  net::Loop& loop_;
  std::uint64_t server_;
  Fetch fetch_;
  std::function<void(std::string_view)> changed_;
  std::map<std::string, One, std::less<>> by_session_;
  std::size_t own_lists_ = 0;
  TaskGroup tasks_;
};

}  // namespace gatehouse::upstream
