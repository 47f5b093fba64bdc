#pragma once
#include <optional>
#include <string>

#include <gatehouse/client/link.hpp>
#include <gatehouse/net/timers.hpp>

#include "gateway/asking/ask_client.hpp"
#include "gateway/bridge/log_line.hpp"
#include "gateway/bridge/progress.hpp"
#include "gateway/stages/call.hpp"

namespace gatehouse::stages {

/// What a server sends while it works on one call, on its way to the client of that call: progress, log lines, questions. Lives as
/// long as the call, over all its rounds.
class Relay final : public client::Listener {
 public:
  Relay(const Call& call, const asking::Means& means)
      : call_(call), means_(means), progress_(call.routes.progress_per_second) {}

  void notified(const mcp::Message& notification) override;
  Task<mcp::Reply> asked(const mcp::Message& request, Cancel& cancel) override;

  /// The answer is there: what was held back goes out before it.
  void finish();
  /// The server is asked once more on behalf of the same request of the client.
  void next_round() { progress_.next_round(); }
  /// The call is about to be sent to a server of this revision.
  void sent_to(mcp::Revision server) { server_ = server; }
  [[nodiscard]] mcp::Revision server() const { return server_; }
  /// Tells the client that a person is being asked, if it wants progress (GB-110).
  void remind();
  /// Who asks, for people.
  [[nodiscard]] bridge::Asked asked_by() const;
  /// The URIs in it as the client knows them.
  void expose_uris(bridge::Question& question) const;

 private:
  void progress(const mcp::Message& notification);
  void log_line(const mcp::Message& notification);
  void send_held();
  void elicitation_complete(const mcp::Message& notification);

  const Call& call_;
  const asking::Means& means_;
  mcp::Revision server_ = mcp::kLatest;
  bridge::ProgressGate progress_;
  std::string held_;  // params of the newest progress that came too soon
  std::optional<net::Timer> held_timer_;
};

}  // namespace gatehouse::stages
