#pragma once
#include <cstddef>
#include <span>
#include <string_view>

#include <sys/socket.h>
#include <sys/types.h>
#include <sys/uio.h>

#include "src/net/fd.hpp"
#include "src/net/poller.hpp"

namespace gatehouse::net {

/// A non-blocking stream socket and its readiness.
///
/// What moves bytes never waits. It returns a count, 0 for the end of the stream, or a negative errno. -EAGAIN: nothing now;
/// await readable() or writable() and try again. -ECANCELED: `abort` was called. While readiness is known to be missing, no
/// system call is made.
class Socket {
 public:
  Socket(Poller& poller, Fd fd, Watch::Listener* listener) : fd_(std::move(fd)), watch_(poller, fd_.get(), listener) {}

  [[nodiscard]] ssize_t read(char* space, std::size_t size);
  /// REQUIRES: at least one byte to send.
  [[nodiscard]] ssize_t write(std::span<iovec> pieces);
  [[nodiscard]] ssize_t write(std::string_view bytes);

  [[nodiscard]] Watch& watch() { return watch_; }
  [[nodiscard]] const Watch& watch() const { return watch_; }
  [[nodiscard]] int fd() const { return fd_.get(); }

 private:
  template <class Send>
  ssize_t send_all(std::size_t size, Send send);
  Fd fd_;  // declared first: the Watch goes before its descriptor is closed
  Watch watch_;
};

}  // namespace gatehouse::net
