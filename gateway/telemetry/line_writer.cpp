#include "gateway/telemetry/line_writer.hpp"

#include <algorithm>
#include <cerrno>

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

namespace gatehouse::telemetry {

LineWriter::LineWriter(int fd) : fd_(fd) {
  struct stat status{};
  if (fstat(fd, &status) != 0 || S_ISREG(status.st_mode)) return;
  if (S_ISSOCK(status.st_mode)) {
    kind_ = Kind::socket;
    return;
  }
  // O_NONBLOCK belongs to the open file, which is shared with the shell and other processes: open it once more for ourselves.
  const int own = open(("/proc/self/fd/" + std::to_string(fd)).c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
  kind_ = own >= 0 ? Kind::own : Kind::shared;
  if (own >= 0) fd_ = own;
}

LineWriter::~LineWriter() {
  if (kind_ == Kind::own) close(fd_);
}

long LineWriter::write_some(const char* data, std::size_t size) const {
  while (true) {
    long written = 0;
    if (kind_ == Kind::socket) {
      written = send(fd_, data, size, MSG_DONTWAIT | MSG_NOSIGNAL);
    } else {
      pollfd ready{fd_, POLLOUT, 0};
      // A pipe that is ready has room for PIPE_BUF bytes, so a blocking descriptor will not block.
      if (kind_ == Kind::shared && poll(&ready, 1, 0) != 1) return -1;
      written = ::write(fd_, data, size);
    }
    if (written >= 0 || errno != EINTR) return written;
  }
}

bool LineWriter::write(std::string& lines) {
  std::size_t done = 0;
  while (done < lines.size()) {
    std::size_t size = lines.size() - done;
    if (kind_ != Kind::file && size > kAtomicBytes) {
      const auto end = lines.rfind('\n', done + kAtomicBytes - 1);
      size = end != lines.npos && end >= done ? end + 1 - done : kAtomicBytes;
    }
    const long written = write_some(lines.data() + done, size);
    if (written <= 0) break;
    done += static_cast<std::size_t>(written);
  }
  lines.erase(0, done);
  return lines.empty();
}

bool LineWriter::wait(Milliseconds longest) const {
  pollfd ready{fd_, POLLOUT, 0};
  poll(&ready, 1, static_cast<int>(std::clamp<std::int64_t>(longest.count(), 0, 60'000)));
  return (ready.revents & (POLLERR | POLLHUP | POLLNVAL)) == 0;
}

}  // namespace gatehouse::telemetry
