#pragma once
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <gatehouse/base/task_group.hpp>
#include <gatehouse/client/link.hpp>

#include "src/client/askable.hpp"
#include "src/client/call_clock.hpp"

namespace gatehouse::client {

/// Requests that a legacy server sent and that are being answered. `ping` is answered here. A server that gave a progress token hears
/// from time to time that its question is still open: people take longer than the time limits of many servers (GB-133).
class Questions {
 public:
  /// How answers travel; must outlive this object. Failures are the sender's to log.
  using Send = std::function<Task<void>(std::string message)>;
  /// `clock`: of the request that they belong to; it stands still while one is open.
  Questions(net::Timers& timers, Send send, CallClock& clock)
      : timers_(timers), send_(std::move(send)), clock_(&clock) {}
  /// Of a connection: those that belong to no request, or nobody knows to which of `calls`.
  Questions(net::Timers& timers, Send send, AskableCalls& calls)
      : timers_(timers), send_(std::move(send)), calls_(&calls) {}

  /// Starts answering `text`, one request, through `listener`; null refuses it. `refuses_when_over`: whether a server is told that
  /// nobody will answer when `finish` ends the question; where the stream that it came on has ended, it knows.
  void take(std::string_view text, Listener* listener, bool refuses_when_over = false);
  /// The server withdrew the request with this id (raw token).
  void withdrawn(std::string_view id);
  /// Withdraws everything and waits for it. Call before the listeners die.
  Task<void> finish();
  [[nodiscard]] std::size_t open() const { return group_.running(); }

 private:
  struct Question;
  class SignOfLife;
  class Standstill;
  Task<void> answer(Buffer text, Listener* listener, bool refuses_when_over);
  net::Timers& timers_;
  Send send_;
  CallClock* clock_ = nullptr;
  AskableCalls* calls_ = nullptr;
  std::vector<Question*> questions_;
  TaskGroup group_;
};

}  // namespace gatehouse::client
