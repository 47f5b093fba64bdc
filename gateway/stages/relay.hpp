#pragma once
#include <optional>
#include <string>

#include <gatehouse/client/link.hpp>
#include <gatehouse/net/timers.hpp>

#include "gateway/bridge/log_line.hpp"
#include "gateway/bridge/progress.hpp"
#include "gateway/stages/call.hpp"

namespace gatehouse::stages {

/// What a server sends while it works on one call, on its way to the client of that call. Lives as long as the call.
class Relay final : public client::Listener {
 public:
  explicit Relay(const Call& call) : call_(call), progress_(call.routes.progress_per_second) {}

  void notified(const mcp::Message& notification) override;
  Task<mcp::Reply> asked(const mcp::Message& request, Cancel& cancel) override;

  /// The answer is there: what was held back goes out before it.
  void finish();
  /// The server is asked once more on behalf of the same request of the client.
  void next_round() { progress_.next_round(); }

 private:
  void progress(const mcp::Message& notification);
  void log_line(const mcp::Message& notification);
  void send_held();
  [[nodiscard]] std::string exposed_question(const mcp::Message& request) const;

  const Call& call_;
  bridge::ProgressGate progress_;
  std::string held_;  // params of the newest progress that came too soon
  std::optional<net::Timer> held_timer_;
};

}  // namespace gatehouse::stages
