#pragma once
#include <cstdint>

#include <boost/intrusive/list.hpp>

#include <gatehouse/base/signal.hpp>

#include "gateway/stages/call.hpp"

namespace gatehouse::stages {

/// A `subscriptions/listen` that waits for changes.
class Subscriber : public boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
 public:
  Signal changed;
  std::uint8_t pending = 0;  ///< Bit per list notification.
};
using Subscribers = boost::intrusive::list<Subscriber, boost::intrusive::constant_time_size<false>>;

/// Tells every subscriber that this list changed.
void announce(Subscribers& subscribers, mcp::ListKind kind);

/// Answers `subscriptions/listen` of stateless clients with a stream of list changes, and `logging/setLevel` of sessions (the
/// session keeps the level; servers hear of it with the next call).
/// Rule: 2026-07-28 basic/patterns/subscriptions; gateway rules 6.7 and 6.10.
class Listen {
 public:
  static constexpr std::string_view kName = "listen";
  explicit Listen(Subscribers& subscribers) : subscribers_(subscribers) {}
  Task<mcp::Reply> handle(Call& call, Next next);

 private:
  Task<mcp::Reply> listen(const Call& call);
  Subscribers& subscribers_;
};

}  // namespace gatehouse::stages
