#include "gateway/keyfile/files.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <system_error>

namespace gatehouse::keyfile {
namespace {

constexpr std::size_t kMaxBytes = 64u << 20;

std::unexpected<Error> trouble(const std::string& path, const char* what) {
  return fail(Kind::io, Origin::gateway, path + " " + what + ": " + std::generic_category().message(errno));
}

class File {
 public:
  explicit File(int fd) : fd_(fd) {}
  ~File() {
    if (fd_ >= 0) ::close(fd_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  [[nodiscard]] int fd() const { return fd_; }

 private:
  int fd_;
};

bool write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t count = ::write(fd, text.data(), text.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

/// As the file that is replaced, where the system lets us.
void take_over_owner_and_mode(int fd, const std::string& path) {
  struct stat old{};
  if (::stat(path.c_str(), &old) != 0) return;
  if (::fchown(fd, old.st_uid, old.st_gid) == 0 || (old.st_uid == ::geteuid() && old.st_gid == ::getegid()))
    (void)::fchmod(fd, old.st_mode & 0660);
}

Result<void> write_beside(const std::string& path, const std::string& temporary, std::string_view text) {
  const File file(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (file.fd() < 0) return trouble(temporary, "cannot be written");
  take_over_owner_and_mode(file.fd(), path);
  if (!write_all(file.fd(), text) || ::fsync(file.fd()) != 0) return trouble(temporary, "cannot be written");
  return {};
}

/// Makes the name as lasting as the bytes.
void sync_directory(const std::string& path) {
  const std::string directory = std::filesystem::path(path).parent_path().string();
  const File file(::open(directory.empty() ? "." : directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (file.fd() >= 0) (void)::fsync(file.fd());
}

}  // namespace

Result<Lock> Lock::take(const std::string& path) {
  const std::string name = path + ".lock";
  const int fd = ::open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) return trouble(name, "cannot be opened");
  while (::flock(fd, LOCK_EX) != 0) {
    if (errno == EINTR) continue;
    auto error = trouble(name, "cannot be locked");
    ::close(fd);
    return error;
  }
  return Lock(fd);
}

Lock::~Lock() {
  if (fd_ >= 0) ::close(fd_);
}

Result<void> replace_file(const std::string& path, std::string_view text) {
  std::error_code unresolved;
  const auto real = std::filesystem::canonical(path, unresolved);
  const std::string target = unresolved ? path : real.string();
  const std::string temporary = target + ".new";
  ::unlink(temporary.c_str());  // of a writer that was killed
  if (auto written = write_beside(target, temporary, text); !written) {
    ::unlink(temporary.c_str());
    return written;
  }
  if (::rename(temporary.c_str(), target.c_str()) != 0) return trouble(target, "cannot be replaced");
  sync_directory(target);
  return {};
}

Result<std::string> read_if_there(const std::string& path) {
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  const std::unique_ptr<std::FILE, Close> file(std::fopen(path.c_str(), "rbe"));
  if (!file && errno == ENOENT) return std::string();
  if (!file) return trouble(path, "cannot be read");
  std::string text;
  char part[16384];
  while (const std::size_t got = std::fread(part, 1, sizeof part, file.get())) {
    text.append(part, got);
    if (text.size() > kMaxBytes) return fail(Kind::io, Origin::gateway, path + " is larger than 64 MiB");
  }
  if (std::ferror(file.get())) return trouble(path, "cannot be read");
  return text;
}

bool is_open_to_others(const std::string& path) {
  struct stat info{};
  return ::stat(path.c_str(), &info) == 0 && (info.st_mode & 0077) != 0;
}

}  // namespace gatehouse::keyfile
