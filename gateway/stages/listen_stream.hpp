#pragma once
#include <string>
#include <vector>

#include "gateway/stages/watchers.hpp"

namespace gatehouse::stages {

/// What a `subscriptions/listen` asks for.
struct ListenFilter {
  Lists lists = 0;
  std::vector<std::string> uris;  ///< Each once, as the client calls them.
};
/// Errors: invalid_params.
[[nodiscard]] Result<ListenFilter> read_listen_filter(const mcp::Params& params);

/// One client's stream: the acknowledgement first, then what it asked for, each message tagged with its subscription.
/// Rule: 2026-07-28 basic/patterns/subscriptions (LF-401 to LF-403).
class ListenStream final : public mcp::Stream, public Interest {
 public:
  /// `id`: raw token of the request.
  ListenStream(Watchers& watchers, std::string_view id, Lists lists) : Interest(watchers), id_(id), lists_(lists) {}

  /// Asks the servers to watch `uris`, waits for their word but not too long, and keeps those that they watch.
  Task<void> watch(const Call& call, const std::vector<std::string>& uris);
  Task<void> run(mcp::Events& events, Cancel& cancel) override;

 private:
  void lists_changed(Lists changed) override { lists_pending_ |= changed & lists_; }
  void flush() override { changed_.notify(); }
  void acknowledge(mcp::Events& events) const;
  void send_pending(mcp::Events& events);
  void send(mcp::Events& events, std::string_view method, std::string_view more) const;

  std::string id_;
  Lists lists_;
  Signal changed_;
};

}  // namespace gatehouse::stages
