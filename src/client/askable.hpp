#pragma once
#include <string>
#include <string_view>
#include <vector>

#include <gatehouse/client/link.hpp>

#include "src/client/call_clock.hpp"

namespace gatehouse::client {

class Questions;

/// The requests of a connection that may have made its server ask something outside of any of them.
class AskableCalls {
 public:
  /// One of them; lives in the frame of whoever makes the request.
  class Call {
   public:
    Call(AskableCalls& all, const Request& request, Listener& listener, Questions& questions, CallClock& clock);
    ~Call() { over(); }
    Call(const Call&) = delete;
    Call& operator=(const Call&) = delete;

    /// The question is asked of whoever made the request. Questions::take explains the flag.
    void ask(std::string_view text, bool refuses_when_over);
    /// It has its answer: what comes from now on is not because of it.
    void over();

   private:
    friend AskableCalls;
    AskableCalls* all_;  // null: nothing can be asked because of it
    Listener& listener_;
    Questions& questions_;
    CallClock& clock_;
    std::string_view task_id_;  // whose result is waited for
    bool may_be_asked_;
  };

  /// Whose question it is: of the request that waits for the task which it names, else of the only one there is; null: nothing tells.
  /// Rule: gateway rules 6.3, steps 2 and 4.
  [[nodiscard]] Call* of(const mcp::Message& question) const;
  /// The server withdrew a question.
  void withdrawn(std::string_view id) const;

  /// Something is asked that may be because of any of them: they all stand still until it is answered (GB-211).
  void hold();
  void release();

 private:
  [[nodiscard]] Call* waiting_for(std::string_view task_id) const;
  std::vector<Call*> calls_;
  int open_ = 0;
};

}  // namespace gatehouse::client
