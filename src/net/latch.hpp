#pragma once
#include <coroutine>
#include <utility>

#include <gatehouse/base/task.hpp>

namespace gatehouse::net {

/// Something that happens once. Any number of coroutines wait for it; afterwards waiting takes no time.
/// Not for use across threads. A coroutine that waits here must not be destroyed.
class Latch {
 public:
  Latch() = default;
  Latch(const Latch&) = delete;
  Latch& operator=(const Latch&) = delete;

  void open() {
    open_ = true;
    for (Waiter* waiter = std::exchange(first_, nullptr); waiter;) {
      resume_later(std::exchange(waiter, waiter->next)->handle);
    }
  }
  [[nodiscard]] bool is_open() const { return open_; }
  [[nodiscard]] auto wait() { return Waiter{*this}; }

 private:
  struct Waiter {
    Latch& latch;
    std::coroutine_handle<> handle{};
    Waiter* next = nullptr;

    bool await_ready() const noexcept { return latch.open_; }
    void await_suspend(std::coroutine_handle<> waiter) noexcept {
      handle = waiter;
      next = std::exchange(latch.first_, this);
    }
    void await_resume() const noexcept {}
  };
  Waiter* first_ = nullptr;
  bool open_ = false;
};

}  // namespace gatehouse::net
