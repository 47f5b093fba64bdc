#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <gatehouse/base/broadcast.hpp>
#include <gatehouse/base/task_group.hpp>

#include "gateway/upstream/connections.hpp"
#include "gateway/upstream/guard.hpp"
#include "gateway/upstream/health_check.hpp"
#include "gateway/upstream/hub.hpp"
#include "gateway/upstream/offer.hpp"
#include "gateway/upstream/options.hpp"
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

class Upstream final : public std::enable_shared_from_this<Upstream>, client::Listener, SlotObserver {
 public:
  Upstream(Environment environment, Options options);
  ~Upstream() override;

  /// Shows these lists, as old ones, until the server's own are there. Before `start`.
  void inherit(Offer::Lists lists) { offer_.inherit(std::move(lists)); }
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

  void session_ended(std::string_view session) { connections_.session_ended(session); }

  /// Who watches which of its resources.
  [[nodiscard]] const std::shared_ptr<Hub>& hub() const { return hub_; }
  /// Whether it offers subscriptions to resources, as far as is known.
  [[nodiscard]] bool may_watch() const { return !lists() || lists()->capabilities.resources_subscribe; }
  /// A session watches these resources, in its own process, too, if it has one; `who` hears of changes there.
  void watch_for(std::string_view session, subscriptions::Watcher& who, std::vector<std::string> uris) {
    connections_.watch_for(session, who, std::move(uris));
  }
  /// The lists on the session's own connection, if they differ from `lists`; else null.
  [[nodiscard]] Offer::Lists lists_for(std::string_view session) const { return connections_.lists_for(session); }
  /// Relays a notification of a session to the connection that belongs to it.
  void relay(std::string_view session, std::string_view method, std::string params) {
    connections_.relay(session, method, std::move(params));
  }

  /// What a client can do, as far as this server may know it: what it is told in a handshake or with a request.
  [[nodiscard]] mcp::ClientCapabilities declared(const mcp::Client& client) const {
    return connections_.declared(client);
  }
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
  /// What everybody sees of it, as last read.
  [[nodiscard]] const Offer& offer() const { return offer_; }
  [[nodiscard]] const Offer::Lists& lists() const { return offer_.lists(); }
  /// A client of this session wants log lines from this level on: its own connection, if it has one, is told at once (GB-222).
  void set_log_level(std::string_view session, mcp::LogLevel level) { connections_.set_log_level(session, level); }
  /// It has no completions, whatever it declared: it said so when it was asked (GB-341).
  [[nodiscard]] bool lacks_completions() const;
  [[nodiscard]] net::Timers& timers() const { return environment_.loop.timers(); }
  [[nodiscard]] std::optional<mcp::Revision> revision() const;
  [[nodiscard]] Counters counters() const {
    return {.connects = connections_.made(), .failures = failures_, .in_flight = in_flight_};
  }
  [[nodiscard]] const Turns& turns() const { return turns_; }  ///< Of calls that wait because too many run.
  [[nodiscard]] std::size_t connections() const { return connections_.open(); }

 private:
  void notified(const mcp::Message& notification) override;
  Task<mcp::Reply> asked(const mcp::Message& request, Cancel& cancel) override;
  void watching(std::span<const std::string> asked, std::span<const std::string> accepted) override;
  void opened(client::Link& link) override;
  void heard(const mcp::Message& notification) override;
  void closed(client::Link& link) override;

  [[nodiscard]] bool has_connection() const { return connections_.shared() != nullptr; }
  Task<void> run();
  Task<Milliseconds> serve_connection(Milliseconds delay);
  Task<bool> refresh();
  Task<bool> reread(TimePoint than);
  [[nodiscard]] static bool refuses_completions(const mcp::Call& call, const Result<Answered>& answered);
  [[nodiscard]] static bool wants_other_headers(const mcp::Call& call, const Result<Answered>& answered);
  Task<void> watch(std::shared_ptr<client::Link> link);
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
  Task<Result<Answered>> refuse();
  [[nodiscard]] Error down() const;
  Task<bool> reconnected(const mcp::Call& call);
  void set_state(State state, std::string problem);
  void age();
  void look(bool is_old);
  void doubt(const Error& error);
  void failed(const Error& error);
  void blame_server(Error& error) const;

  const std::uint64_t number_;
  Environment environment_;
  Options options_;
  Guard guard_;
  HealthCheck health_check_;
  State state_ = State::starting;
  TimePoint state_since_ = Clock::now(), next_attempt_{}, doubted_{};
  std::string problem_;
  bool tried_ = false, connected_before_ = false, stopping_ = false, refresh_wanted_ = false, restart_wanted_ = false;
  std::shared_ptr<Hub> hub_;
  bool rereading_ = false, refused_completions_ = false;
  std::uint64_t failures_ = 0;
  std::size_t in_flight_ = 0;
  Turns turns_;
  Signal wake_;        // of `run`
  Broadcast settled_;  // state changed, calls in flight ended
  TaskGroup tasks_;
  Offer offer_;
  Connections connections_;
};

}  // namespace gatehouse::upstream
