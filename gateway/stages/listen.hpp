#pragma once
#include "gateway/stages/call.hpp"
#include "gateway/stages/watchers.hpp"

namespace gatehouse::stages {

/// Answers `subscriptions/listen` of stateless clients with a stream of what they asked for, and `logging/setLevel` of sessions (the
/// session keeps the level; servers hear of it with the next call).
/// Rule: 2026-07-28 basic/patterns/subscriptions; gateway rules 6.7 and 6.10.
class Listen {
 public:
  static constexpr std::string_view kName = "listen";
  explicit Listen(Watchers& watchers) : watchers_(watchers) {}
  Task<mcp::Reply> handle(Call& call, Next next);

 private:
  Task<mcp::Reply> listen(const Call& call);
  Watchers& watchers_;
};

}  // namespace gatehouse::stages
