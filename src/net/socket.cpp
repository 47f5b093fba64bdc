#include "src/net/socket.hpp"

#include <cerrno>

namespace gatehouse::net {

ssize_t Socket::read(char* space, std::size_t size) {
  if (watch_.aborted()) return -ECANCELED;
  if (!watch_.is_readable()) return -EAGAIN;
  ssize_t count;
  do {
    count = ::recv(fd_.get(), space, size, 0);
  } while (count < 0 && errno == EINTR);
  if (count >= 0) {
    if (static_cast<std::size_t>(count) < size) watch_.drained();
    return count;
  }
  if (errno == EAGAIN) watch_.drained();
  return -errno;
}

ssize_t Socket::write(std::span<iovec> pieces) {
  if (watch_.aborted()) return -ECANCELED;
  if (!watch_.is_writable()) return -EAGAIN;
  msghdr message{};
  message.msg_iov = pieces.data();
  message.msg_iovlen = pieces.size();
  ssize_t count;
  do {
    count = ::sendmsg(fd_.get(), &message, MSG_NOSIGNAL);
  } while (count < 0 && errno == EINTR);
  if (count < 0) {
    if (errno == EAGAIN) watch_.filled();
    return -errno;
  }
  std::size_t total = 0;
  for (const iovec& piece : pieces) total += piece.iov_len;
  if (static_cast<std::size_t>(count) < total) watch_.filled();
  return count;
}

}  // namespace gatehouse::net
