#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>

#include <boost/intrusive/list.hpp>

#include <gatehouse/base/signal.hpp>
#include <gatehouse/net/loop.hpp>
#include <gatehouse/net/timers.hpp>

#include "gateway/stages/call.hpp"

namespace gatehouse::stages {

class Watchers;

/// A set of list notifications: resources and templates share one.
using Lists = std::uint8_t;
struct ListTopic {
  std::string_view filter;  ///< Member of the `notifications` of a listen request.
  std::string_view notification;
};
inline constexpr std::array kListTopics = {ListTopic{"toolsListChanged", mcp::notification::kToolsChanged},
                                           ListTopic{"promptsListChanged", mcp::notification::kPromptsChanged},
                                           ListTopic{"resourcesListChanged", mcp::notification::kResourcesChanged}};
[[nodiscard]] constexpr Lists list_bit(std::size_t topic) { return static_cast<Lists>(1U << topic); }
[[nodiscard]] Lists list_bit(mcp::ListKind kind);
inline constexpr Lists kAllLists = 7;
/// The lists that are not the same for somebody. REQUIRES: one of the two has a policy.
[[nodiscard]] Lists changed_for(const mcp::Principal& who, const Routes& before, const Routes& now);

/// What one client watches: a session, or one listen stream. URIs are the client's.
class Interest : public subscriptions::Watcher,
                 public boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
 public:
  explicit Interest(Watchers& watchers);
  virtual ~Interest() = default;

  [[nodiscard]] bool has(std::string_view uri) const { return watched_.contains(uri); }
  [[nodiscard]] std::size_t size() const { return watched_.size(); }
  void keep(std::string uri, upstream::Watch watch) { watched_.insert_or_assign(std::move(uri), std::move(watch)); }
  void give_back(std::string_view uri);
  /// Remembers for whom it watches: what he may not see any more is not watched any more.
  void asked_by(const Access::Asker& asker);
  [[nodiscard]] Access::Asker asker() const { return {*who_, address_, revision_}; }
  void updated(std::uint64_t server, std::string_view uri) override;

 protected:
  friend Watchers;
  /// These lists changed: for those that the client wants, sets `lists_pending_`.
  virtual void lists_changed(Lists changed) { (void)changed; }
  /// Sends what is pending.
  virtual void flush() = 0;

  static constexpr std::size_t kMaxPending = 10'000;
  Watchers& watchers_;
  std::map<std::string, std::optional<upstream::Watch>, std::less<>> watched_;  // none: its server is gone
  std::set<std::string> pending_;                                               // changed and not sent yet
  Lists lists_pending_ = 0;
  Lists to_announce_ = 0;  // to this one alone
  std::shared_ptr<const mcp::Principal> who_ = mcp::anonymous();
  std::string address_;
  mcp::Revision revision_ = mcp::kLatest;
};

/// Everybody on an endpoint who hears of changes. What happens shortly after each other is told once.
/// Rule: gateway rules 6.7.
class Watchers {
 public:
  /// The sessions of the endpoint, whatever carries them.
  struct SessionTable {
    std::function<std::shared_ptr<transport::Session>(std::string_view id)> find;  ///< Null: unknown.
    std::function<void(FunctionRef<void(transport::Session&)>)> each;
  };
  struct Options {
    std::size_t max_per_client = 1'000;  ///< Resources that a session or a listen stream may watch.
    Milliseconds ack_wait{2'000};        ///< How long the acknowledgement of a listen stream waits for servers.
  };
  Watchers(net::Loop& loop, SessionTable sessions, Options options);

  void set_options(Options options) { options_ = options; }
  [[nodiscard]] const Options& options() const { return options_; }

  /// Everybody who wants to know hears that these lists changed: now, or soon if something was just said (GB-187).
  void announce(Lists changed);
  /// The same, where it depends on who somebody is what changed for him.
  void announce(FunctionRef<Lists(const mcp::Principal&)> changed);
  /// Asks the server to watch `local`, which the session calls `uri`, and waits for its word.
  /// Errors: limit_exceeded, unavailable, invalid_params when the server refuses, cancelled.
  Task<Result<void>> subscribe(const Call& call, const std::string& uri);
  void unsubscribe(const Call& call);
  /// A session may go on with another credential of the same user: what it watches is judged by that one from now on (RS-99).
  void used_by(const Call& call);
  void session_ended(std::string_view session);
  /// Tells a session that it may have missed something: every list and everything it watches.
  void assume_changes(std::string_view session);
  /// The endpoint shows other servers: what is watched is watched there from now on.
  void rerouted(std::shared_ptr<const Routes> routes);

  /// What the endpoint's clients call a server's resource; empty if the server is not shown any more.
  [[nodiscard]] std::string expose(std::uint64_t server, std::string_view uri) const;
  void schedule_flush();
  [[nodiscard]] std::size_t watched() const;  ///< Sum over all clients.

 private:
  friend Interest;
  class SessionInterest;
  void flush();
  void announce_now();
  void tell_own_process(SessionInterest& interest, upstream::Upstream& server);
  void reroute(Interest& interest);
  void schedule_announcement();

  SessionTable table_;
  Options options_;
  std::shared_ptr<const Routes> routes_;
  boost::intrusive::list<Interest, boost::intrusive::constant_time_size<false>> all_;
  std::map<std::string, std::shared_ptr<SessionInterest>, std::less<>> sessions_;
  net::Timer flush_timer_, announce_timer_;
  Lists to_announce_ = 0;
  std::map<std::string, Lists, std::less<>> to_announce_alone_;  // by session
  TimePoint announced_at_{};
};

}  // namespace gatehouse::stages
