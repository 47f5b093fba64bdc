#include "gateway/app/config_watch.hpp"

#include <sys/stat.h>

namespace gatehouse::app {
namespace {

constexpr Milliseconds kInterval{250};

}  // namespace

ConfigWatch::ConfigWatch(net::Loop& loop, std::vector<std::string> paths, std::move_only_function<void()> changed)
    : timer_(loop.timers()), changed_(std::move(changed)) {
  files(std::move(paths));
  timer_.arm(kInterval, [this] { look_again(); });
}

ConfigWatch::Stamp ConfigWatch::look(const std::string& path) {
  struct stat info {};
  if (stat(path.c_str(), &info) != 0) return {};
  return {.inode = info.st_ino, .modified_ns = info.st_mtim.tv_sec * 1'000'000'000LL + info.st_mtim.tv_nsec, .size = info.st_size};
}

void ConfigWatch::files(std::vector<std::string> paths) {
  paths_ = std::move(paths);
  seen_.clear();
  for (const std::string& path : paths_) seen_.push_back(look(path));
  last_ = seen_;
}

void ConfigWatch::look_again() {
  timer_.arm(kInterval, [this] { look_again(); });
  std::vector<Stamp> now;
  for (const std::string& path : paths_) now.push_back(look(path));
  // A file in the middle of being replaced is not there or still grows: read it when two looks agree.
  const bool rests = now == last_;
  last_ = now;
  if (!rests || now == seen_) return;
  seen_ = std::move(now);
  changed_();
}

}  // namespace gatehouse::app
