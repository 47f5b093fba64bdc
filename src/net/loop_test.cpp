#include <gatehouse/net/loop.hpp>

#include <csignal>
#include <stdexcept>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include <gatehouse/base/signal.hpp>
#include <gatehouse/base/task_group.hpp>
#include <gatehouse/net/timers.hpp>

#include "src/net/loop_impl.hpp"
#include "src/net/use_task.hpp"

namespace gatehouse::net {
namespace {

using std::chrono::milliseconds;

Task<void> throw_after_a_while(Loop& loop) {
  co_await loop.sleep(milliseconds{1});
  throw std::runtime_error("broken");
}

TEST(Loop, RunReturnsWhenTheTaskEndsAndPassesOnItsException) {
  Loop loop;
  EXPECT_THROW(run(loop, throw_after_a_while(loop)), std::runtime_error);
  run(loop, loop.sleep(milliseconds{1}));  // a loop can run again
}

Task<void> sleep_for(Loop& loop, milliseconds time, Cancel* cancel, milliseconds& slept) {
  const TimePoint start = Clock::now();
  co_await loop.sleep(time, cancel);
  slept = std::chrono::duration_cast<milliseconds>(Clock::now() - start);
}

TEST(Loop, SleepsAtLeastAsLongAsAsked) {
  Loop loop;
  milliseconds slept{0};
  run(loop, sleep_for(loop, milliseconds{30}, nullptr, slept));
  EXPECT_GE(slept, milliseconds{30});
}

Task<void> cancel_a_sleep(Loop& loop, milliseconds& slept) {
  Cancel cancel;
  TaskGroup group;
  group.spawn(sleep_for(loop, std::chrono::hours{1}, &cancel, slept));
  cancel.request(CancelReason::client_asked);
  co_await group.join();
  co_await loop.sleep(std::chrono::hours{1}, &cancel);  // already cancelled
}

TEST(Loop, CancelEndsASleep) {
  Loop loop;
  milliseconds slept{0};
  run(loop, cancel_a_sleep(loop, slept));
  EXPECT_LT(slept, std::chrono::minutes{1});
}

Task<void> note_order(Signal& signal, std::vector<int>& order, int own) {
  co_await signal.wait();
  order.push_back(own);
}

Task<void> wake_two(std::vector<int>& order) {
  Signal first, second;
  TaskGroup group;
  group.spawn(note_order(first, order, 1));
  group.spawn(note_order(second, order, 2));
  first.notify();
  second.notify();
  order.push_back(0);  // the woken ones do not run inside notify()
  co_await group.join();
}

TEST(Loop, WokenCoroutinesContinueInOrderFromTheTop) {
  Loop loop;
  std::vector<int> order;
  run(loop, wake_two(order));
  EXPECT_EQ(order, (std::vector<int>{0, 1, 2}));
}

Task<void> ping(Signal& own, Signal& other, const bool& stop) {
  while (!stop) {
    co_await own.wait();
    other.notify();
  }
}

Task<void> starve(Loop& loop) {
  Signal a, b;
  bool stop = false;
  TaskGroup group;
  group.spawn(ping(a, b, stop));
  group.spawn(ping(b, a, stop));
  a.notify();
  co_await loop.sleep(milliseconds{20});
  stop = true;
  co_await group.join();
}

TEST(Loop, CoroutinesThatWakeEachOtherDoNotStarveTimers) {
  Loop loop;
  run(loop, starve(loop));
}

Task<void> wait_for_posts(int& count, Signal& changed, int until) {
  while (count < until) co_await changed.wait();
}

TEST(Loop, TakesActionsFromOtherThreads) {
  Loop loop;
  int count = 0;
  Signal changed;
  std::thread other([&] {
    for (int i = 0; i < 1000; ++i) loop.post([&] { ++count, changed.notify(); });
  });
  run(loop, wait_for_posts(count, changed, 1000));
  other.join();
  EXPECT_EQ(count, 1000);
}

Task<void> offload_two(Loop& loop, std::vector<std::thread::id>& ids) {
  co_await loop.offload([&] { ids.push_back(std::this_thread::get_id()); });
  ids.push_back(std::this_thread::get_id());
}

TEST(Loop, OffloadsToAnotherThreadAndComesBack) {
  Loop loop;
  std::vector<std::thread::id> ids;
  run(loop, offload_two(loop, ids));
  ASSERT_EQ(ids.size(), 2u);
  EXPECT_NE(ids[0], std::this_thread::get_id());
  EXPECT_EQ(ids[1], std::this_thread::get_id());
}

Task<void> raise_twice(int& seen, Signal& changed) {
  ::raise(SIGUSR1);
  while (seen < 1) co_await changed.wait();
  ::raise(SIGUSR1);
  while (seen < 2) co_await changed.wait();
}

TEST(Loop, ReportsASignalEachTime) {
  Loop loop;
  int seen = 0;
  Signal changed;
  loop.on_signal({SIGUSR1, SIGUSR2}, [&](int number) {
    EXPECT_EQ(number, SIGUSR1);
    ++seen;
    changed.notify();
  });
  run(loop, raise_twice(seen, changed));
}

Task<void> await_asio_timer(Loop& loop, boost::system::error_code& ended, boost::system::error_code& aborted) {
  Loop::Impl::SteadyTimer timer(loop.impl().context);
  timer.expires_after(milliseconds{1});
  ended = (co_await timer.async_wait(use_task)).error;
  timer.expires_after(std::chrono::hours{1});
  loop.post([&timer] { timer.cancel(); });
  aborted = (co_await timer.async_wait(use_task)).error;
}

TEST(UseTask, AwaitsAnAsioOperation) {
  Loop loop;
  boost::system::error_code ended = boost::asio::error::fault, aborted;
  run(loop, await_asio_timer(loop, ended, aborted));
  EXPECT_FALSE(ended);
  EXPECT_EQ(aborted, boost::asio::error::operation_aborted);
}

struct SocketPair {
  SocketPair() { EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds), 0); }
  ~SocketPair() {
    close_left();
    ::close(fds[1]);
  }
  void close_left() {
    if (fds[0] >= 0) ::close(std::exchange(fds[0], -1));
  }
  int fds[2] = {-1, -1};
};

Task<void> read_all(Poller& poller, int fd, std::string& out, bool& aborted) {
  Watch watch(poller, fd);
  for (;;) {
    co_await watch.readable();
    if ((aborted = watch.aborted())) co_return;
    char space[4];
    const ssize_t n = ::read(fd, space, sizeof space);
    if (n == 0) co_return;
    if (n > 0) out.append(space, static_cast<std::size_t>(n));
    if (n < static_cast<ssize_t>(sizeof space)) watch.drained();
  }
}

Task<void> feed(Loop& loop, SocketPair& pair, std::string& out) {
  TaskGroup group;
  bool aborted = false;
  group.spawn(read_all(loop.impl().poller, pair.fds[1], out, aborted));
  for (const std::string_view piece : {"a", "bcdefgh", "ijklmnopq"}) {
    EXPECT_EQ(::write(pair.fds[0], piece.data(), piece.size()), static_cast<ssize_t>(piece.size()));
    co_await loop.sleep(milliseconds{1});
  }
  EXPECT_EQ(::write(pair.fds[0], "r", 1), 1);
  pair.close_left();  // data and end arrive together
  co_await group.join();
  EXPECT_FALSE(aborted);
}

TEST(Watch, SeesEveryByteAndTheEnd) {
  Loop loop;
  SocketPair pair;
  std::string out;
  run(loop, feed(loop, pair, out));
  EXPECT_EQ(out, "abcdefghijklmnopqr");
}

struct Hangup final : Watch::Listener {
  void on_hangup() override { ++count, changed.notify(); }
  int count = 0;
  Signal changed;
};

Task<void> wait_for_hangup(Loop& loop, SocketPair& pair, Hangup& hangup) {
  const Watch watch(loop.impl().poller, pair.fds[1], &hangup);
  ::shutdown(pair.fds[0], SHUT_WR);
  while (hangup.count == 0) co_await hangup.changed.wait();
}

TEST(Watch, ReportsAPeerThatClosedItsSide) {
  Loop loop;
  SocketPair pair;
  Hangup hangup;
  run(loop, wait_for_hangup(loop, pair, hangup));
  EXPECT_EQ(hangup.count, 1);
}

Task<void> fill(Watch& watch, int fd, std::size_t& written, std::size_t total) {
  const std::string chunk(100'000, 'x');
  while (written < total) {
    co_await watch.writable();
    const ssize_t n = ::write(fd, chunk.data(), std::min(chunk.size(), total - written));
    if (n > 0) written += static_cast<std::size_t>(n);
    if (n < static_cast<ssize_t>(chunk.size())) watch.filled();
  }
}

Task<void> write_and_read(Loop& loop, SocketPair& pair, std::string& out) {
  std::size_t written = 0;
  TaskGroup group;
  {
    Watch watch(loop.impl().poller, pair.fds[0]);
    bool aborted = false;
    group.spawn(fill(watch, pair.fds[0], written, 600'000));
    EXPECT_LT(written, 600'000u);
    group.spawn(read_all(loop.impl().poller, pair.fds[1], out, aborted));
    while (written < 600'000u) co_await loop.sleep(milliseconds{1});
  }
  pair.close_left();
  co_await group.join();
}

TEST(Watch, ReportsRoomForWriting) {
  Loop loop;
  SocketPair pair;
  std::string out;
  run(loop, write_and_read(loop, pair, out));
  EXPECT_EQ(out.size(), 600'000u);
}

Task<void> abort_a_wait(Loop& loop, SocketPair& pair) {
  std::string out;
  bool aborted = false;
  Watch watch(loop.impl().poller, pair.fds[0]);
  watch.abort();
  co_await watch.readable();  // does not wait
  TaskGroup group;
  group.spawn(read_all(loop.impl().poller, pair.fds[1], out, aborted));
  pair.close_left();
  co_await group.join();
  EXPECT_TRUE(watch.aborted());
}

TEST(Watch, AbortEndsWaiting) {
  Loop loop;
  SocketPair pair;
  run(loop, abort_a_wait(loop, pair));
}

}  // namespace
}  // namespace gatehouse::net
