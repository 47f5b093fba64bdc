// The measuring loop: many keep-alive connections on one epoll instance.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "../support/fd.hpp"
#include "options.hpp"
#include "requests.hpp"
#include "response_reader.hpp"
#include "schedule.hpp"
#include "summary.hpp"

namespace loadgen {

/// A set of connections, each in its own session in the legacy era, that makes runs of calls; see Schedule for when.
/// In an open loop a call waits for a free connection if need be, and its latency counts from the planned time, so that
/// a stalled server cannot hide the calls that it delayed.
///
/// A connection that fails is opened again, with its old session.
class Load {
 public:
  /// Connects and opens the sessions. Throws std::runtime_error when the target does not let it.
  explicit Load(const Options& options);

  /// Returns when every call that was sent was answered, failed or timed out.
  /// Throws std::runtime_error when no connection could be opened for as long as a call's timeout.
  Summary run(const Plan& plan);

 private:
  struct Connection {
    bench::Fd fd;
    std::string session_id;
    std::optional<CallRequest> request;
    ResponseReader reader;
    std::string_view unsent;
    bool is_busy = false;
    bool waits_to_write = false;
    Nanoseconds planned = 0;
    Nanoseconds sent = 0;
  };

  bool open(Connection& connection);
  void watch(Connection& connection, int operation);
  [[nodiscard]] bool is_too_late(Nanoseconds now) const;
  void send_due_calls();
  void begin_call(Connection& connection, Nanoseconds planned, Nanoseconds now);
  void flush(Connection& connection);
  void handle_events(Nanoseconds longest_wait);
  void read(Connection& connection);
  void end_call(Connection& connection, Outcome outcome);
  [[nodiscard]] Outcome judge(const Connection& connection) const;
  void reopen(Connection& connection);
  void look_after_connections(Nanoseconds now);

  const Options& options_;
  const Nanoseconds patience_;  // with one call
  bench::Fd epoll_;
  std::vector<Connection> connections_;
  std::vector<Connection*> idle_;
  std::vector<Connection*> down_;  // could not be opened again yet
  std::vector<char> buffer_;
  std::uint64_t next_id_ = kFirstCallId;
  std::uint64_t busy_ = 0;
  Schedule schedule_{{}, 0, 0};
  Summary summary_;
  Nanoseconds last_measured_answer_ = 0;
  Nanoseconds looked_after_ = 0;
  Nanoseconds last_seen_open_ = 0;  // some connection was
};

}  // namespace loadgen
