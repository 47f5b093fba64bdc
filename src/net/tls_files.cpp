#include "src/net/tls_files.hpp"

#include <sys/stat.h>

namespace gatehouse::net {
namespace {

constexpr Milliseconds kInterval{500};

}  // namespace

TlsFiles::TlsFiles(const TlsServerOptions& options)
    : paths_{options.certificate_file, options.key_file, options.client_ca_file}, read_(look()), last_(read_) {}

TlsFiles::Stamps TlsFiles::look() const {
  Stamps stamps;
  for (std::size_t i = 0; i < paths_.size(); ++i) {
    struct stat info{};
    if (paths_[i].empty() || ::stat(paths_[i].c_str(), &info) != 0) continue;
    stamps[i] = {.inode = info.st_ino,
                 .modified_ns = info.st_mtim.tv_sec * 1'000'000'000LL + info.st_mtim.tv_nsec,
                 .size = info.st_size};
  }
  return stamps;
}

bool TlsFiles::changed(TimePoint now) {
  if (now < next_look_) return false;
  next_look_ = now + kInterval;
  const Stamps seen = look();
  // Files that are being written one after the other do not fit each other yet.
  const bool rest = seen == last_;
  last_ = seen;
  if (!rest || seen == read_) return false;
  read_ = seen;
  return true;
}

}  // namespace gatehouse::net
