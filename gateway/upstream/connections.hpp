#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <gatehouse/base/function_ref.hpp>
#include <gatehouse/base/task_group.hpp>

#include "gateway/upstream/bindings.hpp"
#include "gateway/upstream/environment.hpp"
#include "gateway/upstream/log_levels.hpp"
#include "gateway/upstream/offer.hpp"
#include "gateway/upstream/options.hpp"
#include "gateway/upstream/session_views.hpp"
#include "gateway/upstream/slots.hpp"
#include "gateway/upstream/target.hpp"

namespace gatehouse::upstream {

/// An answer and the revision of the server it came from.
struct Answered {
  std::unique_ptr<mcp::Answer> answer;
  mcp::Revision server = mcp::kLatest;
};

/// Makes the request for a server of this kind; called again when the request has to be sent once more.
using Lower = FunctionRef<Result<client::Request>(const client::Peer& server)>;

/// The connections to one server, and which of them a call takes: the one that all share, one of its session, or, of a stateless client
/// that can be asked something, one of its user.
class Connections {
 public:
  struct Parts {
    const Environment& environment;
    const Options& options;  ///< Of the server.
    std::uint64_t server;    ///< Its number.
    Offer& offer;
    client::Listener& listener;  ///< Of what comes on the shared connection and belongs to no call.
    SlotObserver& observer;
    TaskGroup& tasks;
    std::function<void(const Error& error)> failed;  ///< A call failed on the shared connection.
  };
  explicit Connections(Parts parts);

  /// Opens the shared connection. Errors: as connecting.
  Task<Result<void>> open_shared();
  /// Null: there is none now.
  [[nodiscard]] const std::shared_ptr<Binding>& shared() const { return shared_; }
  /// Nobody gets it any more; closing it is up to the caller.
  [[nodiscard]] std::shared_ptr<Binding> take_shared() { return std::exchange(shared_, nullptr); }

  /// One attempt. REQUIRES: there is a shared connection. Errors: as client::Link::request, or as connecting.
  Task<Result<Answered>> send(const mcp::Call& call, Lower lower, client::Listener& listener);

  /// What a client can do, as far as this server may know it.
  [[nodiscard]] mcp::ClientCapabilities declared(const mcp::Client& client) const;

  // What belongs to one client session:
  void session_ended(std::string_view session) { bindings_.end(session); }
  [[nodiscard]] Offer::Lists lists_for(std::string_view session) const { return views_.lists(session); }
  void watch_for(std::string_view session, subscriptions::Watcher& who, std::vector<std::string> uris);
  void set_log_level(std::string_view session, mcp::LogLevel level);
  void relay(std::string_view session, std::string_view method, std::string params);

  /// Closes what nobody used for a while.
  void expire();
  /// Sessions hear of no further change.
  void stop_views() { views_.stop(); }
  /// All but the shared one. After `tasks` was cancelled.
  Task<void> close_all();

  [[nodiscard]] std::size_t open() const { return (shared_ ? 1 : 0) + bindings_.size() + slots_.size(); }
  [[nodiscard]] std::uint64_t made() const { return made_; }  ///< Successful handshakes; for programs: starts.

 private:
  using Opened = Result<std::shared_ptr<client::Link>>;
  Task<Opened> connect(mcp::ClientCapabilities capabilities, client::Listener* listener);
  [[nodiscard]] bool wants_slot(const mcp::Call& call) const;
  [[nodiscard]] bool wants_own_binding(const mcp::Client& client) const;
  Task<Result<std::shared_ptr<Binding>>> own_binding(const mcp::Client& client);
  Task<Result<Answered>> send_in_slot(const mcp::Call& call, Lower lower, client::Listener& listener);
  Task<Result<Answered>> send_in_session(const mcp::Call& call, Lower lower, client::Listener& listener);
  Task<Result<Answered>> send_on(std::shared_ptr<Binding> binding, bool shared, const mcp::Call& call, Lower lower,
                                 client::Listener& listener);

  Parts parts_;
  KnownWay known_way_;
  std::shared_ptr<Binding> shared_;
  SessionViews views_;
  Bindings bindings_;  // of sessions
  Slots slots_;        // of stateless clients
  LogLevels log_levels_;
  std::uint64_t made_ = 0, requests_ = 0;
};

}  // namespace gatehouse::upstream
