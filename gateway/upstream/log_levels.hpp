#pragma once
#include <functional>
#include <memory>

#include <gatehouse/base/task_group.hpp>
#include <gatehouse/net/timers.hpp>

#include "gateway/upstream/bindings.hpp"
#include "gateway/upstream/level_wishes.hpp"
#include "gateway/upstream/options.hpp"

namespace gatehouse::upstream {

/// The log levels of the connections to one server. A shared connection is as verbose as any running call wants, and each call filters its
/// own lines; what nobody wants any more is switched off after a while.
class LogLevels {
 public:
  struct Environment {
    net::Timers& timers;
    const Options& options;      ///< Of the server.
    client::Listener& listener;  ///< Of what the server says while it is told.
    TaskGroup& tasks;
    Milliseconds cooldown;                             ///< From the last wish to the switching off.
    std::function<std::shared_ptr<Binding>()> shared;  ///< The connection that all share; null: there is none now.
  };
  explicit LogLevels(Environment environment)
      : environment_(std::move(environment)), cooldown_timer_(environment_.timers) {}

  /// A call on this connection wants lines from this level on. `shared`: it has to be followed by `release`.
  Task<void> want(std::shared_ptr<Binding> binding, bool shared, mcp::LogLevel wanted);
  /// The call on the shared connection has ended.
  void release(mcp::LogLevel wanted);
  /// Tells the server.
  Task<void> set(std::shared_ptr<Binding> binding, mcp::LogLevel level);

 private:
  Environment environment_;
  LevelWishes wishes_;  // on the shared connection
  net::Timer cooldown_timer_;
};

}  // namespace gatehouse::upstream
