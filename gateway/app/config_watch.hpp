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
  /// Call before reading the files: what changes while they are read counts as a change afterwards.
  void about_to_read() { before_ = look_at(paths_); }
  /// The files that were read; watches them from now on.
  void have_read(std::vector<std::string> paths);
  void stop() { timer_.disarm(); }

 private:
  struct Stamp {
    std::uint64_t inode = 0;
    std::int64_t modified_ns = 0, size = -1;
    bool operator==(const Stamp&) const = default;
  };
  static Stamp look(const std::string& path);
  static std::vector<Stamp> look_at(const std::vector<std::string>& paths);
  void look_again();

  net::Timer timer_;
  std::vector<std::string> paths_;
  std::vector<Stamp> before_;  // just before the files were read
  std::vector<Stamp> seen_;    // what was read
  std::vector<Stamp> last_;    // at the last look: a file has to rest before it is read
  std::move_only_function<void()> changed_;
};

}  // namespace gatehouse::app
