#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include <gatehouse/net/loop.hpp>
#include <gatehouse/net/timers.hpp>

namespace gatehouse::app {

/// Notices changes of the configuration's files, by looking at them twice a second: works for files that are written, replaced or
/// mounted, on every file system.
class ConfigWatch {
 public:
  ConfigWatch(net::Loop& loop, std::vector<std::string> paths, std::move_only_function<void()> changed);
  void files(std::vector<std::string> paths);   ///< Watches these from now on, as they are now.
  void stop() { timer_.disarm(); }

 private:
  struct Stamp {
    std::uint64_t inode = 0;
    std::int64_t modified_ns = 0, size = -1;
    bool operator==(const Stamp&) const = default;
  };
  static Stamp look(const std::string& path);
  void look_again();

  net::Timer timer_;
  std::vector<std::string> paths_;
  std::vector<Stamp> seen_;       // what was loaded
  std::vector<Stamp> last_;       // at the last look: a file has to rest before it is read
  std::move_only_function<void()> changed_;
};

}  // namespace gatehouse::app
