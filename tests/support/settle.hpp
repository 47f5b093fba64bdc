#pragma once
#include <coroutine>

#include <gatehouse/base/task.hpp>
#include <gatehouse/net/loop.hpp>

namespace gatehouse::test {

/// Returns when everything that could run on the loop without outside events has run: a deterministic "a moment later" for
/// tests whose peers are all in memory.
inline Task<void> settle(net::Loop& loop) {
  struct Round {
    net::Loop& loop;
    [[nodiscard]] bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> waiter) const {
      loop.post([waiter] { waiter.resume(); });
    }
    void await_resume() const noexcept {}
  };
  for (int round = 0; round < 20; ++round) co_await Round{loop};
}

}  // namespace gatehouse::test
