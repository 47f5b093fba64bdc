#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <gatehouse/base/broadcast.hpp>
#include <gatehouse/base/function_ref.hpp>
#include <gatehouse/base/task_group.hpp>
#include <gatehouse/client/connect.hpp>
#include <gatehouse/net/http_client.hpp>
#include <gatehouse/net/loop.hpp>
#include <gatehouse/net/timers.hpp>
#include <gatehouse/transport/session.hpp>

#include "gateway/bridge/task_options.hpp"
#include "gateway/catalog/server_lists.hpp"
#include "gateway/upstream/bindings.hpp"
#include "gateway/upstream/fetch_lists.hpp"
#include "gateway/upstream/guard.hpp"
#include "gateway/upstream/health_check.hpp"
#include "gateway/upstream/hub.hpp"
#include "gateway/upstream/icon_store.hpp"
#include "gateway/upstream/level_wishes.hpp"
#include "gateway/upstream/options.hpp"
#include "gateway/upstream/session_views.hpp"
#include "gateway/upstream/slots.hpp"
#include "gateway/upstream/target.hpp"
#include "gateway/upstream/turns.hpp"

/// One configured server: its connections, its lists, its health.
namespace gatehouse::upstream {

enum class State { starting, up, down };
[[nodiscard]] std::string_view to_string(State state);

struct Counters {
  std::uint64_t connects = 0;  ///< Successful handshakes; for programs: starts.
  std::uint64_t failures = 0;  ///< Connections lost or never made.
  std::size_t in_flight = 0;
};

/// An answer and the revision of the server it came from.
struct Answered {
  std::unique_ptr<mcp::Answer> answer;
  mcp::Revision server = mcp::kLatest;
};

/// Makes the request for a server of this kind; called again when the request has to be sent once more.
using Lower = FunctionRef<Result<client::Request>(const client::Peer& server)>;

class Upstream final : public std::enable_shared_from_this<Upstream>, client::Listener, SlotObserver {
 public:
  struct Environment {
    net::Loop& loop;
    net::HttpClient& http;
    mcp::Implementation implementation;  ///< Who we say we are.
    std::string via;                     ///< `Via` of outgoing HTTP requests.
    SessionFinder find_session;
    const asking::Means& means;
    const bridge::TaskOptions* tasks = nullptr;                          ///< Null: the defaults.
    std::function<void()> changed;                                       ///< Lists or state changed.
    std::function<void(std::string_view session)> session_changed = {};  ///< `lists_for` this session changed.
    Milliseconds stale_max{600'000};  ///< How long a server's lists are shown while it is down (GB-316).
    Milliseconds legacy_list_ttl{
        60'000};  ///< How long lists without hints are believed while changes are announced (GB-312).
    Milliseconds log_cooldown{30'000};      ///< How long a shared connection stays at the level that a call wanted.
    std::size_t max_log_bytes = 64u << 10;  ///< Of `data` in a log line on a session's own connection.
  };
  Upstream(Environment environment, Options options);
  ~Upstream() override;

  /// Shows these lists, as old ones, until the server's own are there. Before `start`.
  void inherit(std::shared_ptr<const catalog::ServerLists> lists) { lists_ = std::move(lists); }
  /// Connects and keeps connected until `stop`. A lost connection is made again with a growing delay.
  void start();
  /// Lets running calls finish for at most `grace`, then ends every connection in order.
  Task<void> stop(Milliseconds grace);

  /// Sends one request on the connection that fits its asker and waits for the answer.
  /// A request is sent twice only if the first attempt provably did not run, or if it is a read or a tool that the operator declared
  /// safe (GB-006), within the budget for retries. `tool`: its name at the server, for `tools/call`.
  /// While `max_concurrent` calls run, it waits for its turn.
  /// Errors: as client::Link::request; unavailable at once while the server is down or its breaker is open; limit_exceeded.
  Task<Result<Answered>> call(const mcp::Call& call, Lower lower, client::Listener& listener, std::string_view tool);

  void session_ended(std::string_view session) { bindings_.end(session); }

  /// Who watches which of its resources.
  [[nodiscard]] const std::shared_ptr<Hub>& hub() const { return hub_; }
  /// Whether it offers subscriptions to resources, as far as is known.
  [[nodiscard]] bool may_watch() const { return !lists_ || lists_->capabilities.resources_subscribe; }
  /// A session watches these resources, in its own process, too, if it has one; `who` hears of changes there.
  void watch_for(std::string_view session, subscriptions::Watcher& who, std::vector<std::string> uris);
  /// The lists on the session's own connection, if they differ from `lists`; else null.
  [[nodiscard]] std::shared_ptr<const catalog::ServerLists> lists_for(std::string_view session) const {
    return views_.lists(session);
  }
  /// Relays a notification of a session to the connection that belongs to it.
  void relay(std::string_view session, std::string_view method, std::string params);

  /// What a client can do, as far as this server may know it: what it is told in a handshake or with a request.
  [[nodiscard]] mcp::ClientCapabilities declared(const mcp::Client& client) const;
  [[nodiscard]] const Options& options() const { return options_; }
  [[nodiscard]] const std::string& name() const { return options_.name; }
  [[nodiscard]] std::uint64_t number() const { return number_; }  ///< Never given twice in a process; not 0.
  [[nodiscard]] State state() const { return state_; }
  [[nodiscard]] const std::string& problem() const { return problem_; }  ///< Why it is down; empty when it is not.
  [[nodiscard]] TimePoint state_since() const { return state_since_; }
  /// Whether calls make sense, and what was done about those that failed.
  [[nodiscard]] const Guard& guard() const { return guard_; }
  /// What it offers may be old: it is not up, or not called for now.
  [[nodiscard]] bool degraded() const { return state_ != State::up || guard_.refuses(); }
  /// Why it is not called now: what `call` would say at once. Nothing: it is.
  [[nodiscard]] std::optional<Error> not_callable() const;
  [[nodiscard]] bool tried() const { return tried_; }  ///< The first attempt is over, however it ended.
  [[nodiscard]] const std::shared_ptr<const catalog::ServerLists>& lists() const { return lists_; }
  /// Of `lists`; null: nothing was read yet on this server's own connection.
  [[nodiscard]] const std::shared_ptr<const catalog::Freshness>& freshness() const { return freshness_; }
  /// It is down for so long that its lists must not be shown any more.
  [[nodiscard]] bool lists_expired() const { return expired_; }
  /// A client of this session wants log lines from this level on: its own connection, if it has one, is told at once (GB-222).
  void set_log_level(std::string_view session, mcp::LogLevel level);
  /// It has no completions, whatever it declared: it said so when it was asked (GB-341).
  [[nodiscard]] bool lacks_completions() const;
  [[nodiscard]] net::Timers& timers() const { return environment_.loop.timers(); }
  /// How often the server said that a list changed, by ListKind, as far as `lists` has it.
  using Announcements = std::array<std::uint64_t, 4>;
  [[nodiscard]] const Announcements& announcements() const { return announcements_; }
  [[nodiscard]] std::optional<mcp::Revision> revision() const;
  [[nodiscard]] const Counters& counters() const { return counters_; }
  [[nodiscard]] const Turns& turns() const { return turns_; }  ///< Of calls that wait because too many run.
  [[nodiscard]] std::size_t connections() const { return (main_ ? 1 : 0) + bindings_.size() + slots_.size(); }

 private:
  void notified(const mcp::Message& notification) override;
  Task<mcp::Reply> asked(const mcp::Message& request, Cancel& cancel) override;
  void watching(std::span<const std::string> asked, std::span<const std::string> accepted) override;
  void opened(client::Link& link) override;
  void heard(const mcp::Message& notification) override;
  void closed(client::Link& link) override;

  Task<void> run();
  Task<Milliseconds> serve_connection(Milliseconds delay);
  void assume_changes();
  Task<bool> refresh();
  Task<SessionViews::Lists> own_lists(std::shared_ptr<Binding> binding);
  Task<bool> reread(TimePoint than);
  void arm_refresh(const Fetched& fetched);
  [[nodiscard]] FetchOptions fetch_options(const client::Peer& peer);
  [[nodiscard]] static bool refuses_completions(const mcp::Call& call, const Result<Answered>& answered);
  [[nodiscard]] static bool wants_other_headers(const mcp::Call& call, const Result<Answered>& answered);
  Task<void> watch(std::shared_ptr<client::Link> link);
  Task<Result<std::shared_ptr<client::Link>>> connect(mcp::ClientCapabilities capabilities, client::Listener* listener);
  [[nodiscard]] bool wants_own_binding(const mcp::Client& client) const;
  Task<Result<std::shared_ptr<Binding>>> own_binding(const mcp::Client& client);
  [[nodiscard]] bool wants_slot(const mcp::Call& call) const;
  Task<Result<Answered>> attempt_in_slot(const mcp::Call& call, Lower lower, client::Listener& listener);
  Task<bool> wait_until_up(Cancel& cancel);
  [[nodiscard]] Result<Guard::Ticket> admit();
  void note(Guard::Ticket ticket, TimePoint began, const Result<Answered>& answered);
  Task<Result<Guard::Ticket>> wait_for_turn(const mcp::Call& call, Guard::Ticket ticket);
  void breaker_changed();
  Task<Result<Answered>> attempt_again(const mcp::Call& call, Lower lower, client::Listener& listener);
  [[nodiscard]] bool may_repeat(const mcp::Call& call, std::string_view tool) const;
  Task<Result<Answered>> repeat(const mcp::Call& call, Lower lower, client::Listener& listener, Guard::Ticket ticket);
  [[nodiscard]] Milliseconds left(TimePoint began) const;
  [[nodiscard]] std::optional<Milliseconds> retry_delay(const Error& error, std::size_t n, TimePoint began);
  Task<Result<void>> ask_for_life(Cancel& outer);
  void judged(const Result<void>& answer);
  Task<Result<Answered>> attempt(const mcp::Call& call, Lower lower, client::Listener& listener);
  Task<Result<Answered>> attempt_in_session(const mcp::Call& call, Lower lower, client::Listener& listener);
  Task<Result<Answered>> refuse();
  [[nodiscard]] Error down() const;
  Task<Result<Answered>> send(std::shared_ptr<Binding> binding, bool shared, const mcp::Call& call, Lower lower,
                              client::Listener& listener);
  Task<bool> reconnected(const mcp::Call& call);
  Task<void> set_level(std::shared_ptr<Binding> binding, mcp::LogLevel level);
  Task<void> raise_level(std::shared_ptr<Binding> binding, mcp::LogLevel wanted);
  void cool_down();
  void expire_connections();
  void set_state(State state, std::string problem);
  void age();
  void announce_everything();
  void failed(const Error& error);
  void name_server(Error& error) const;

  const std::uint64_t number_;
  Environment environment_;
  Options options_;
  Guard guard_;
  HealthCheck health_check_;
  State state_ = State::starting;
  TimePoint state_since_ = Clock::now(), next_attempt_{};
  std::string problem_;
  bool tried_ = false, connected_before_ = false, stopping_ = false, refresh_wanted_ = false, restart_wanted_ = false;
  std::shared_ptr<Binding> main_;
  SessionViews views_;
  Bindings bindings_;  // of sessions
  Slots slots_;        // of stateless clients
  std::uint64_t requests_ = 0;
  std::shared_ptr<Hub> hub_;
  IconStore icons_;
  std::shared_ptr<const catalog::ServerLists> lists_;
  std::shared_ptr<const catalog::Freshness> freshness_;
  std::shared_ptr<catalog::Freshness> read_;  // the same, to be moved on
  bool expired_ = false, rereading_ = false, refused_completions_ = false;
  LevelWishes wishes_;  // on the shared connection
  Announcements announced_{}, announcements_{};
  KnownWay known_way_;
  Counters counters_;
  Turns turns_;
  Signal wake_;        // of `run`
  Broadcast settled_;  // state changed, calls in flight ended
  net::Timer refresh_timer_, stale_timer_, cooldown_timer_;
  TaskGroup tasks_;
};

}  // namespace gatehouse::upstream
