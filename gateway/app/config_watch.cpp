#include "gateway/app/config_watch.hpp"

#include <sys/stat.h>

#include <algorithm>

namespace gatehouse::app {
namespace {

constexpr Milliseconds kInterval{250};

}  // namespace

ConfigWatch::ConfigWatch(net::Loop& loop, std::vector<std::string> paths, std::move_only_function<void()> changed)
    : timer_(loop.timers()), changed_(std::move(changed)) {
  have_read(std::move(paths));
  timer_.arm(kInterval, [this] { look_again(); });
}

ConfigWatch::Stamp ConfigWatch::look(const std::string& path) {
  struct stat info{};
  if (stat(path.c_str(), &info) != 0) return {};
  return {.inode = info.st_ino,
          .modified_ns = info.st_mtim.tv_sec * 1'000'000'000LL + info.st_mtim.tv_nsec,
          .size = info.st_size};
}

std::vector<ConfigWatch::Stamp> ConfigWatch::look_at(const std::vector<std::string>& paths) {
  std::vector<Stamp> stamps;
  for (const std::string& path : paths) stamps.push_back(look(path));
  return stamps;
}

void ConfigWatch::have_read(std::vector<std::string> paths) {
  std::vector<Stamp> stamps;
  for (const std::string& path : paths) {
    const auto known = std::ranges::find(paths_, path);
    const auto index = static_cast<std::size_t>(known - paths_.begin());
    stamps.push_back(known != paths_.end() && index < before_.size() ? before_[index] : look(path));
  }
  paths_ = std::move(paths);
  seen_ = stamps;
  last_ = std::move(stamps);
}

void ConfigWatch::look_again() {
  timer_.arm(kInterval, [this] { look_again(); });
  std::vector<Stamp> now = look_at(paths_);
  // A file in the middle of being replaced is not there or still grows: read it when two looks agree.
  const bool rests = now == last_;
  last_ = now;
  if (!rests || now == seen_) return;
  seen_ = std::move(now);
  changed_();
}

}  // namespace gatehouse::app
