#include <gatehouse/base/task_group.hpp>

#include <cassert>

namespace gatehouse {

/// A coroutine that owns itself: it starts at once and frees its frame when it ends.
struct TaskGroup::Detached {
  struct promise_type {
    Detached get_return_object() noexcept { return {}; }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() noexcept {}
    [[noreturn]] void unhandled_exception() noexcept { std::terminate(); }
  };
};

TaskGroup::~TaskGroup() { assert(running_ == 0 && "a task outlives its group"); }

void TaskGroup::spawn(Task<void> task) {
  ++running_;
  run(std::move(task));
}

TaskGroup::Detached TaskGroup::run(Task<void> task) {
  {
    // The frame of the task goes before the group hears of its end, so that nothing of it outlives `join`.
    Task<void> owned = std::move(task);
    co_await owned;
  }
  if (--running_ == 0) idle_.notify();
}

Task<void> TaskGroup::join() {
  while (running_ > 0) co_await idle_.wait();
}

}  // namespace gatehouse
