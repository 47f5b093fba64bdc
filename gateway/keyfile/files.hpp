#pragma once
#include <string>
#include <string_view>
#include <utility>

#include <gatehouse/base/error.hpp>

/// Files with secrets in them, replaced as a whole.
namespace gatehouse::keyfile {

/// Holds `<path>.lock` for as long as it lives: writers come one after the other, also those of other processes.
class Lock {
 public:
  /// Waits for whoever has it. Errors: io.
  [[nodiscard]] static Result<Lock> take(const std::string& path);
  Lock(Lock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Lock& operator=(Lock&&) = delete;
  ~Lock();

 private:
  explicit Lock(int fd) : fd_(fd) {}
  int fd_;
};

/// Readers see the old text or the new one, also after a crash or a full disk. A new file is for its owner alone (0600); an old one keeps
/// owner and mode. Follows a symbolic link. REQUIRES: a Lock, if others may write. Errors: io, naming the file.
[[nodiscard]] Result<void> replace_file(const std::string& path, std::string_view text);

/// Empty for a file that does not exist. Errors: io.
[[nodiscard]] Result<std::string> read_if_there(const std::string& path);

/// Others than its owner may read or change the file.
[[nodiscard]] bool is_open_to_others(const std::string& path);

}  // namespace gatehouse::keyfile
