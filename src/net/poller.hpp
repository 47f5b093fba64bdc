#pragma once
#include <array>
#include <coroutine>
#include <cstdint>
#include <deque>
#include <utility>
#include <vector>

#include <sys/epoll.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>

#include <gatehouse/base/task.hpp>

namespace gatehouse::net {

class Poller;

/// Readiness of one non-blocking descriptor (socket or pipe), watched from construction to destruction.
///
/// Edge-triggered: registered once, told about every change. The owner reads or writes until the system says EAGAIN or
/// moves fewer bytes than asked, calls `drained()` or `filled()`, and awaits `readable()` or `writable()`. One waiter each.
/// The descriptor must stay open as long as the Watch lives.
class Watch {
 public:
  /// Called once, when the peer closed its sending side or the connection broke; may come while nobody waits.
  class Listener {
   public:
    virtual void on_hangup() = 0;

   protected:
    ~Listener() = default;
  };

  Watch(Poller& poller, int fd, Listener* listener = nullptr);
  ~Watch();
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

  /// May return early; the next read or write tells.
  auto readable() { return Ready{readable_, reader_, aborted_}; }
  auto writable() { return Ready{writable_, writer_, aborted_}; }

  [[nodiscard]] bool is_readable() const { return readable_; }
  [[nodiscard]] bool is_writable() const { return writable_; }
  void drained() { readable_ = hung_up_; }  ///< Everything was read. After a hang-up the end is still to be read.
  void filled() { writable_ = broken_; }    ///< Nothing more fits. On a broken connection the next write tells so.
  [[nodiscard]] bool hung_up() const { return hung_up_; }

  void nudge();  ///< Ends the waits that are under way, as if something had happened.
  /// Ends every wait, now and later. The owner finds `aborted()` set.
  void abort();
  [[nodiscard]] bool aborted() const { return aborted_; }

  void listen_to_hangup(Listener* listener) { listener_ = listener; }

 private:
  friend Poller;
  struct Ready {
    const bool& ready;
    std::coroutine_handle<>& waiter;
    const bool& aborted;
    [[nodiscard]] bool await_ready() const noexcept { return ready || aborted; }
    void await_suspend(std::coroutine_handle<> handle) const noexcept { waiter = handle; }
    void await_resume() const noexcept {}
  };
  void fire(std::uint32_t events);
  void wake(std::coroutine_handle<>& waiter);

  Poller& poller_;
  Listener* listener_;
  std::coroutine_handle<> reader_, writer_;
  int fd_;
  std::uint32_t slot_;
  bool readable_ = false, writable_ = true, hung_up_ = false, broken_ = false, aborted_ = false;
};

/// The watched descriptors of one loop: an epoll set of our own inside Asio's.
///
/// Asio's sockets try a read before they wait, and its `async_wait` re-arms the descriptor each time: a system call per
/// request for nothing, either way. Here a descriptor costs one epoll_ctl in its life, a waiting connection holds no buffer,
/// and a vanished peer is reported without asking. The price is one more epoll_wait and epoll_ctl per batch of events.
class Poller {
 public:
  explicit Poller(boost::asio::io_context& context);
  void start();  ///< Begins to listen. The loop calls it once.

  /// Awaited, it lets everything go first that has happened so far. Of those who wait here one continues for each batch of
  /// events, first come first served, so nobody waits for ever and nobody else waits for more than one of them.
  auto after_others() { return After{*this}; }

 private:
  friend Watch;
  struct After {
    Poller& poller;
    [[nodiscard]] bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> waiter) const { poller.queue_last(waiter); }
    void await_resume() const noexcept {}
  };
  static constexpr std::size_t kBatch = 128;
  struct Slot {
    Watch* watch = nullptr;
    std::uint32_t generation = 0;  // tells a late event from one for the slot's next owner
  };
  std::uint32_t add(int fd, Watch* watch);
  void remove(int fd, std::uint32_t slot);
  void wait();
  void dispatch();
  int collect();
  void queue_last(std::coroutine_handle<> waiter);
  bool resume_one_of_the_last();
  void dispatch_soon();

  boost::asio::posix::basic_stream_descriptor<boost::asio::io_context::executor_type> epoll_;
  std::vector<Slot> slots_;
  std::vector<std::uint32_t> free_;
  std::array<epoll_event, kBatch> events_{};
  std::deque<std::coroutine_handle<>> last_;  // in after_others()
  bool dispatching_ = false, dispatches_soon_ = false;
};

}  // namespace gatehouse::net
