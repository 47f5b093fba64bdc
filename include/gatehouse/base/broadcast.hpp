#pragma once
#include <coroutine>
#include <vector>

#include <gatehouse/base/task.hpp>

namespace gatehouse {

/// "Something changed, look again", for any number of waiting coroutines of one thread. Nothing is remembered: check, then wait.
class Broadcast {
 public:
  Broadcast() = default;
  Broadcast(const Broadcast&) = delete;
  Broadcast& operator=(const Broadcast&) = delete;

  void notify_all() {
    for (const auto waiter : std::exchange(waiters_, {})) resume_later(waiter);
  }

  auto wait() {
    struct Awaiter {
      Broadcast& broadcast;
      [[nodiscard]] bool await_ready() const noexcept { return false; }
      void await_suspend(std::coroutine_handle<> waiter) const { broadcast.waiters_.push_back(waiter); }
      void await_resume() const noexcept {}
    };
    return Awaiter{*this};
  }

 private:
  std::vector<std::coroutine_handle<>> waiters_;
};

}  // namespace gatehouse
