#pragma once
#include <coroutine>

#include <gatehouse/base/task.hpp>

namespace gatehouse {

/// "Something changed, look again": one coroutine waits, anyone on the same thread notifies. A notification that comes
/// before the wait is remembered once. Not for use across threads.
class Signal {
 public:
  Signal() = default;
  Signal(const Signal&) = delete;
  Signal& operator=(const Signal&) = delete;

  void notify() {
    if (auto waiter = std::exchange(waiter_, {})) {
      resume_later(waiter);
    } else {
      pending_ = true;
    }
  }

  auto wait() {
    struct Awaiter {
      Signal& signal;
      bool await_ready() const noexcept { return std::exchange(signal.pending_, false); }
      void await_suspend(std::coroutine_handle<> waiter) const noexcept { signal.waiter_ = waiter; }
      void await_resume() const noexcept {}
    };
    return Awaiter{*this};
  }

 private:
  std::coroutine_handle<> waiter_;
  bool pending_ = false;
};

}  // namespace gatehouse
