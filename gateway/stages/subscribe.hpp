#pragma once
#include "gateway/stages/call.hpp"
#include "gateway/stages/watchers.hpp"

namespace gatehouse::stages {

/// Answers `resources/subscribe` and `resources/unsubscribe` of sessions. However many clients watch a resource, its server is
/// asked once. Errors: as Watchers::subscribe.
/// Rule: 2025-11-25 server/resources, "Subscriptions"; gateway rules 6.7.
class Subscribe {
 public:
  static constexpr std::string_view kName = "subscribe";
  explicit Subscribe(Watchers& watchers) : watchers_(watchers) {}
  Task<mcp::Reply> handle(Call& call, Next next);

 private:
  Task<mcp::Reply> subscribe(const Call& call);
  Watchers& watchers_;
};

}  // namespace gatehouse::stages
