#pragma once
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace gatehouse::net {

/// A few threads for work that blocks, started when needed. Jobs must not throw.
class HelperThreads {
 public:
  HelperThreads() = default;
  ~HelperThreads() { stop(); }
  HelperThreads(const HelperThreads&) = delete;
  HelperThreads& operator=(const HelperThreads&) = delete;

  void run(std::move_only_function<void()> job);
  void stop();  ///< Drops the jobs that have not begun and waits for the others.

 private:
  static constexpr std::size_t kMaxThreads = 4;  // one slow name server must not hold up the other look-ups
  void work();

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::move_only_function<void()>> jobs_;
  std::vector<std::thread> threads_;
  std::size_t idle_ = 0;
  bool stopping_ = false;
};

}  // namespace gatehouse::net
