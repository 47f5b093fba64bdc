#pragma once
#include <coroutine>
#include <cstddef>
#include <memory>
#include <vector>

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/wait_traits.hpp>

#include <gatehouse/net/loop.hpp>
#include <gatehouse/net/timers.hpp>

#include "src/net/helper_threads.hpp"
#include "src/net/poller.hpp"

namespace gatehouse::net {

/// Coroutines to be continued from the top of the loop, first come first served.
class ResumeQueue {
 public:
  explicit ResumeQueue(boost::asio::io_context& context) : context_(context) {}
  void push(std::coroutine_handle<> waiter);
  void drain();  ///< Runs what is there and what comes of it, up to a bound; the rest gets its turn after other events.

 private:
  friend class Turn;
  void post_drain();
  boost::asio::io_context& context_;
  std::vector<std::coroutine_handle<>> waiting_;
  std::size_t next_ = 0;
  bool in_turn_ = false;
  bool posted_ = false;
};

/// One callback from the top of the loop: whatever it wakes continues when the Turn ends, at no cost but a queue entry.
/// Every handler given to Asio opens one (use_task does). Turns do not nest.
class Turn {
 public:
  Turn();
  ~Turn();
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

 private:
  ResumeQueue* queue_;
};

struct Loop::Impl {
  using Executor = boost::asio::io_context::executor_type;
  using SteadyTimer = boost::asio::basic_waitable_timer<Clock, boost::asio::wait_traits<Clock>, Executor>;
  using Signals = boost::asio::basic_signal_set<Executor>;

  Impl();

  // One thread runs it; other threads only post.
  boost::asio::io_context context{1};
  boost::asio::executor_work_guard<Executor> work{context.get_executor()};
  ResumeQueue resumes{context};
  Timers timers{Clock::now()};
  SteadyTimer tick{context};
  TimePoint quiet_since = TimePoint::max();  // when the last timer was disarmed
  Poller poller{context};
  std::vector<std::unique_ptr<Signals>> signals;
  HelperThreads helpers;

  void plan_tick();
};

}  // namespace gatehouse::net
