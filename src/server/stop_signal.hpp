#pragma once
#include <csignal>
#include <cstdlib>
#include <functional>
#include <memory>
#include <utility>

#include <gatehouse/net/loop.hpp>

namespace gatehouse::server {

/// Runs `stop` on the first SIGINT or SIGTERM while this lives. The next one, and those that come later, end the process.
class StopSignal {
 public:
  StopSignal(net::Loop& loop, std::move_only_function<void()> stop)
      : stop_(std::make_shared<std::move_only_function<void()>>(std::move(stop))) {
    loop.on_signal({SIGINT, SIGTERM}, [stop = stop_](int number) {
      auto action = std::exchange(*stop, nullptr);
      if (!action) std::_Exit(128 + number);
      action();
    });
  }
  ~StopSignal() { *stop_ = nullptr; }
  StopSignal(const StopSignal&) = delete;
  StopSignal& operator=(const StopSignal&) = delete;

 private:
  std::shared_ptr<std::move_only_function<void()>> stop_;
};

}  // namespace gatehouse::server
