#pragma once
#include <cstddef>
#include <functional>
#include <initializer_list>
#include <memory>

#include <gatehouse/base/cancel.hpp>
#include <gatehouse/base/task.hpp>
#include <gatehouse/base/time.hpp>

namespace gatehouse::net {

class Timers;

/// The event loop of one thread: sockets, child processes and timers that belong together are created on one Loop and
/// touched only by its thread. `post` and `stop` may be called from any thread; everything else from the loop's thread.
class Loop {
 public:
  Loop();
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  void run();  ///< Until `stop`. Registers the resume hook of base/task.hpp for this thread.
  void stop();
  void post(std::move_only_function<void()> action);  ///< Runs `action` from the top of the loop.
  [[nodiscard]] Timers& timers();

  /// Waits; returns early when `cancel` is requested. Resolution: Timers::kTick.
  Task<void> sleep(Milliseconds duration, Cancel* cancel = nullptr);

  /// Runs a blocking function (name look-ups, files) on a helper thread and continues here.
  Task<void> offload(std::move_only_function<void()> blocking);

  /// Calls `action` on the loop for each of these signals, from now on.
  void on_signal(std::initializer_list<int> signals, std::move_only_function<void(int)> action);

  struct Impl;  ///< Holds the Asio context; see src/net/loop_impl.hpp.
  [[nodiscard]] Impl& impl() { return *impl_; }

 private:
  std::unique_ptr<Impl> impl_;
};

/// Runs `task` on a fresh loop until it ends. For `main` functions and tests.
void run(Loop& loop, Task<void> task);

}  // namespace gatehouse::net
