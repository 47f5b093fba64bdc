#pragma once
#include <cstddef>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <boost/intrusive/list.hpp>

#include <gatehouse/mcp/call.hpp>
#include <gatehouse/transport/session.hpp>

#include "src/server/resources.hpp"

namespace gatehouse::server {

/// What a listen stream asked for and got. Rule: 2026-07-28 basic/patterns/subscriptions.
struct ListenFilter {
  bool tools = false, resources = false, prompts = false;
  std::set<std::string, std::less<>> uris;
};

/// A `subscriptions/listen` request while it is open. What happens before it is sent is gathered: each list and each resource is
/// announced once, however often it changed.
class ListenStream final
    : public mcp::Stream,
      public boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
 public:
  /// `id`: raw token of the request.
  ListenStream(std::string id, ListenFilter filter) : id_(std::move(id)), filter_(std::move(filter)) {}
  Task<void> run(mcp::Events& events, Cancel& cancel) override;

  void list_changed(mcp::ListKind kind);
  void resource_updated(std::string_view uri);

 private:
  void acknowledge(mcp::Events& events) const;
  void flush(mcp::Events& events);
  [[nodiscard]] std::string params(std::string_view members) const;

  std::string id_;
  ListenFilter filter_;
  ListenFilter pending_;
  Signal changed_;
};

/// Everybody who wants to hear of changes: listen streams, and sessions, which hear of lists always and of resources after
/// `resources/subscribe`.
class Listeners {
 public:
  void attach(transport::Sessions& sessions) { tables_.push_back(&sessions); }
  void detach(transport::Sessions& sessions) { std::erase(tables_, &sessions); }

  void list_changed(mcp::ListKind kind);
  void resource_updated(std::string_view uri);

  /// Errors: invalid_params, resource_not_found, limit_exceeded.
  Result<void> subscribe(const mcp::Call& call, const Resources& resources, std::size_t max_subscriptions);
  Result<void> unsubscribe(const mcp::Call& call);
  /// The session may have missed something: it hears of every list and of every resource it watches.
  void assume_changes(std::string_view session);
  void session_ended(std::string_view session);

  /// `offered`: the lists that exist. Unknown kinds and resources are left out of what is acknowledged (LF-402).
  /// Errors: invalid_params, limit_exceeded.
  mcp::Reply listen(const mcp::Call& call, const mcp::ServerCapabilities& offered, const Resources& resources,
                    std::size_t max_subscriptions);

 private:
  std::vector<transport::Sessions*> tables_;
  std::map<std::string, std::set<std::string, std::less<>>, std::less<>> subscriptions_;  // session -> URIs
  boost::intrusive::list<ListenStream, boost::intrusive::constant_time_size<false>> streams_;
};

}  // namespace gatehouse::server
