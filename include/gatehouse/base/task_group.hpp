#pragma once
#include <cstddef>

#include <gatehouse/base/cancel.hpp>
#include <gatehouse/base/signal.hpp>
#include <gatehouse/base/task.hpp>

namespace gatehouse {

/// Owns tasks that nobody awaits, so that shutdown can cancel and await them. An exception in a spawned task is a bug
/// and ends the process.
class TaskGroup {
 public:
  TaskGroup() = default;
  TaskGroup(const TaskGroup&) = delete;
  TaskGroup& operator=(const TaskGroup&) = delete;
  ~TaskGroup();  ///< REQUIRES: no task is running.

  /// Starts `task` now; it runs until its first wait inside this call.
  void spawn(Task<void> task);
  [[nodiscard]] std::size_t running() const { return running_; }
  [[nodiscard]] Cancel& cancel() { return cancel_; }
  [[nodiscard]] bool cancelled() const { return cancel_.requested(); }

  /// Returns when every task has ended. One waiter.
  Task<void> join();

 private:
  struct Detached;
  Detached run(Task<void> task);
  std::size_t running_ = 0;
  Cancel cancel_;
  Signal idle_;
};

}  // namespace gatehouse
