#include <gatehouse/net/loop.hpp>

#include <algorithm>
#include <exception>
#include <memory>
#include <optional>

#include <boost/asio/post.hpp>

#include <gatehouse/base/signal.hpp>

#include "src/net/loop_impl.hpp"

namespace gatehouse::net {
namespace {

thread_local ResumeQueue* t_queue = nullptr;

constexpr Milliseconds kTickLinger{
    1000};  // a busy server arms and disarms all the time: do not stop the clock each time

}  // namespace

// ResumeQueue, Turn

void ResumeQueue::push(std::coroutine_handle<> waiter) {
  waiting_.push_back(waiter);
  if (!in_turn_) post_drain();
}

void ResumeQueue::drain() {
  constexpr std::size_t kBound = 256;
  for (std::size_t count = 0; next_ < waiting_.size(); ++count) {
    if (count == kBound) return post_drain();
    waiting_[next_++].resume();
  }
  waiting_.clear();
  next_ = 0;
}

void ResumeQueue::post_drain() {
  if (std::exchange(posted_, true)) return;
  boost::asio::post(context_, [this] {
    posted_ = false;
    const Turn turn;
  });
}

Turn::Turn() : queue_(t_queue) {
  if (queue_) queue_->in_turn_ = true;
}

Turn::~Turn() {
  if (!queue_) return;
  queue_->drain();
  queue_->in_turn_ = false;
}

// Loop::Impl

Loop::Impl::Impl() {
  poller.start();
  timers.on_needed([this] { plan_tick(); });
}

void Loop::Impl::plan_tick() {
  const TimePoint now = Clock::now();
  TimePoint wake = now + kTickLinger;
  if (const auto due = timers.next_due()) {
    quiet_since = TimePoint::max();
    wake = std::min(wake, *due);
  } else {
    quiet_since = std::min(quiet_since, now);
    if (now - quiet_since >= kTickLinger) {
      timers.plan(TimePoint::max());
      return;
    }
  }
  timers.plan(wake);
  tick.expires_at(wake);
  tick.async_wait([this](boost::system::error_code error) {
    if (error) return;
    const Turn turn;
    timers.advance(Clock::now());
    plan_tick();
  });
}

// Loop

Loop::Loop() : impl_(std::make_unique<Impl>()) {}
Loop::~Loop() { impl_->helpers.stop(); }  // its jobs post to this loop

void Loop::run() {
  ResumeQueue* const outer_queue = std::exchange(t_queue, &impl_->resumes);
  const ResumeHook outer_hook = set_resume_hook([](std::coroutine_handle<> waiter) { t_queue->push(waiter); });
  impl_->context.restart();
  impl_->context.run();
  set_resume_hook(outer_hook);
  t_queue = outer_queue;
}

void Loop::stop() { impl_->context.stop(); }

void Loop::post(std::move_only_function<void()> action) {
  boost::asio::post(impl_->context, [action = std::move(action)]() mutable {
    const Turn turn;
    action();
  });
}

Timers& Loop::timers() { return impl_->timers; }

Task<void> Loop::sleep(Milliseconds duration, Cancel* cancel) {
  Signal over;
  const auto wake = [&over] { over.notify(); };
  Timer timer(timers());
  timer.arm(duration, wake);
  std::optional<Cancel::Hook<decltype(wake)>> hook;
  if (cancel) hook.emplace(*cancel, wake);
  co_await over.wait();
}

Task<void> Loop::offload(std::move_only_function<void()> blocking) {
  struct Awaiter {
    Loop& loop;
    std::move_only_function<void()>& job;
    [[nodiscard]] bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> waiter) const {
      loop.impl().helpers.run([this, waiter] {
        job();
        loop.post([waiter] { waiter.resume(); });
      });
    }
    void await_resume() const noexcept {}
  };
  co_await Awaiter{*this, blocking};
}

namespace {

void wait_for_signal(Loop::Impl::Signals& signals, std::shared_ptr<std::move_only_function<void(int)>> action) {
  signals.async_wait([&signals, action = std::move(action)](boost::system::error_code error, int number) mutable {
    if (error) return;
    wait_for_signal(signals, action);
    const Turn turn;
    (*action)(number);
  });
}

/// Starts at once and frees itself at its end.
struct Starter {
  struct promise_type {
    Starter get_return_object() noexcept { return {}; }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() noexcept {}
    [[noreturn]] void unhandled_exception() noexcept { std::terminate(); }
  };
};

Starter run_then_stop(Loop& loop, Task<void> task, std::exception_ptr& failure) {
  try {
    Task<void> owned = std::move(task);
    co_await owned;
  } catch (...) {
    failure = std::current_exception();
  }
  loop.stop();
}

}  // namespace

void Loop::on_signal(std::initializer_list<int> signals, std::move_only_function<void(int)> action) {
  auto& set = *impl_->signals.emplace_back(std::make_unique<Impl::Signals>(impl_->context));
  for (const int number : signals) set.add(number);
  wait_for_signal(set, std::make_shared<std::move_only_function<void(int)>>(std::move(action)));
}

void run(Loop& loop, Task<void> task) {
  std::exception_ptr failure;
  loop.post([&] { run_then_stop(loop, std::move(task), failure); });
  loop.run();
  if (failure) std::rethrow_exception(failure);
}

}  // namespace gatehouse::net
