#pragma once
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include <boost/container_hash/hash.hpp>
#include <boost/unordered/unordered_flat_map.hpp>

#include <gatehouse/base/broadcast.hpp>
#include <gatehouse/base/task_group.hpp>
#include <gatehouse/client/connect.hpp>
#include <gatehouse/transport/session.hpp>

#include "gateway/asking/ask_client.hpp"
#include "gateway/bridge/log_line.hpp"

namespace gatehouse::upstream {

/// The session with this id on any endpoint, or null.
using SessionFinder = std::function<std::shared_ptr<transport::Session>(std::string_view id)>;

/// How clients are asked on behalf of one server.
struct Asking {
  const asking::Means& means;
  std::string server_name;
  bool may_share_context = false;
  bridge::LogRules log = {};
  std::function<mcp::ClientCapabilities(const mcp::Client&)> declared;  ///< What the server was told.
};

/// One live connection to a server and what was told to it.
struct Binding {
  std::shared_ptr<client::Link> link;
  std::unique_ptr<client::Listener> listener;  ///< Of the connection's own messages; the shared connection has none here.
  std::optional<mcp::LogLevel> level;          ///< Last `logging/setLevel`.
  TimePoint last_used;
  std::size_t in_use = 0;
};

/// Connections that belong to one client session each: a legacy server that may ask its client something, or that keeps a log
/// level, must not mix clients up.
class Bindings {
 public:
  /// Hears what happens on these connections.
  class Observer {
   public:
    virtual void opened(std::string_view session, const std::shared_ptr<Binding>& binding) = 0;
    virtual void heard(std::string_view session, const std::shared_ptr<Binding>& binding,
                       const mcp::Message& notification) = 0;
    virtual void closed(std::string_view session) = 0;

   protected:
    ~Observer() = default;
  };
  using Open = std::function<Task<Result<std::shared_ptr<client::Link>>>(mcp::ClientCapabilities, client::Listener*)>;
  Bindings(SessionFinder find_session, Open open, Observer& observer, std::size_t most, Asking asking)
      : find_session_(std::move(find_session)),
        open_(std::move(open)),
        observer_(observer),
        most_(most),
        asking_(std::move(asking)) {}

  /// The session's connection; opens it on first use. Null: the limit is reached, share one. Errors: as connecting.
  /// `declared`: what the server is told about the client.
  Task<Result<std::shared_ptr<Binding>>> get(const mcp::Client& client, mcp::ClientCapabilities declared);
  [[nodiscard]] std::shared_ptr<Binding> find(std::string_view session) const;
  void end(std::string_view session);
  /// Closes what nobody used for a while, and what is dead.
  void expire(TimePoint now);
  Task<void> close_all();
  [[nodiscard]] std::size_t size() const { return by_session_.size(); }

 private:
  struct Entry {
    std::shared_ptr<Binding> binding;  // null while it is being opened
  };
  Task<void> close(std::shared_ptr<Binding> binding);
  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return boost::hash<std::string_view>{}(text); }
  };
  SessionFinder find_session_;
  Open open_;
  Observer& observer_;
  std::size_t most_;
  Asking asking_;
  boost::unordered_flat_map<std::string, Entry, TextHash, std::equal_to<>> by_session_;
  Broadcast opened_;
  TaskGroup tasks_;
};

}  // namespace gatehouse::upstream
