#include "src/net/poller.hpp"

#include <cerrno>
#include <system_error>

#include <boost/asio/post.hpp>

#include "src/net/loop_impl.hpp"

namespace gatehouse::net {

Watch::Watch(Poller& poller, int fd, Listener* listener)
    : poller_(poller), listener_(listener), fd_(fd), slot_(poller.add(fd, this)) {}

Watch::~Watch() { poller_.remove(fd_, slot_); }

void Watch::abort() {
  aborted_ = true;
  nudge();
}

void Watch::nudge() {
  wake(reader_);
  wake(writer_);
}

void Watch::wake(std::coroutine_handle<>& waiter) {
  if (auto handle = std::exchange(waiter, {})) resume_later(handle);
}

void Watch::fire(std::uint32_t events) {
  if ((events & (EPOLLHUP | EPOLLERR)) != 0) broken_ = true;
  const bool hangup = broken_ || (events & EPOLLRDHUP) != 0;
  if (hangup || (events & EPOLLIN) != 0) {
    readable_ = true;
    wake(reader_);
  }
  if (broken_ || (events & EPOLLOUT) != 0) {
    writable_ = true;
    wake(writer_);
  }
  if (hangup && !hung_up_) {
    hung_up_ = true;
    if (listener_) listener_->on_hangup();  // last: it may do anything
  }
}

Poller::Poller(boost::asio::io_context& context) : epoll_(context) {
  const int fd = ::epoll_create1(EPOLL_CLOEXEC);
  if (fd < 0) throw std::system_error(errno, std::generic_category(), "epoll_create1");
  epoll_.assign(fd);
}

void Poller::start() { wait(); }

std::uint32_t Poller::add(int fd, Watch* watch) {
  if (free_.empty()) {
    free_.push_back(static_cast<std::uint32_t>(slots_.size()));
    slots_.emplace_back();
  }
  const std::uint32_t slot = free_.back();
  epoll_event event{};
  event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
  event.data.u64 = (std::uint64_t{slots_[slot].generation} << 32) | slot;
  if (::epoll_ctl(epoll_.native_handle(), EPOLL_CTL_ADD, fd, &event) != 0) {
    throw std::system_error(errno, std::generic_category(), "epoll_ctl");
  }
  free_.pop_back();
  slots_[slot].watch = watch;
  return slot;
}

void Poller::remove(int fd, std::uint32_t slot) {
  ::epoll_ctl(epoll_.native_handle(), EPOLL_CTL_DEL, fd, nullptr);
  slots_[slot].watch = nullptr;
  ++slots_[slot].generation;
  free_.push_back(slot);
}

void Poller::wait() {
  epoll_.async_wait(boost::asio::posix::descriptor_base::wait_read, [this](boost::system::error_code error) {
    if (error) return;
    dispatch();
    wait();
  });
}

void Poller::dispatch() {
  // Under load the next batch is ready by now, and asking for it directly is cheaper than going through Asio. The number of
  // rounds is bounded, so that timers, signals and other threads' messages get their turn.
  constexpr int kRounds = 8, kBusy = 4;
  dispatching_ = true;
  bool is_quiet = false;
  for (int round = 0; round < kRounds && !is_quiet; ++round) {
    const int count = collect();
    is_quiet = !resume_one_of_the_last() && count < kBusy;
  }
  dispatching_ = false;
  if (!last_.empty()) dispatch_soon();
}

int Poller::collect() {
  const int count = ::epoll_wait(epoll_.native_handle(), events_.data(), static_cast<int>(events_.size()), 0);
  for (int i = 0; i < count; ++i) {
    const std::uint64_t key = events_[static_cast<std::size_t>(i)].data.u64;
    const Slot slot = slots_[static_cast<std::uint32_t>(key)];
    if (!slot.watch || slot.generation != static_cast<std::uint32_t>(key >> 32)) continue;  // gone since
    const Turn turn;
    slot.watch->fire(events_[static_cast<std::size_t>(i)].events);
  }
  return count;
}

void Poller::queue_last(std::coroutine_handle<> waiter) {
  last_.push_back(waiter);
  if (!dispatching_) dispatch_soon();
}

bool Poller::resume_one_of_the_last() {
  if (last_.empty()) return false;
  const Turn turn;
  const auto waiter = last_.front();
  last_.pop_front();
  waiter.resume();
  return true;
}

void Poller::dispatch_soon() {
  if (std::exchange(dispatches_soon_, true)) return;
  boost::asio::post(epoll_.get_executor(), [this] {
    dispatches_soon_ = false;
    dispatch();
  });
}

}  // namespace gatehouse::net
