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

template <class Send>
ssize_t Socket::send_all(std::size_t size, Send send) {
  if (watch_.aborted()) return -ECANCELED;
  if (!watch_.is_writable()) return -EAGAIN;
  ssize_t count;
  do {
    count = send();
  } while (count < 0 && errno == EINTR);
  if (count < 0) {
    if (errno == EAGAIN) watch_.filled();
    return -errno;
  }
  if (static_cast<std::size_t>(count) < size) watch_.filled();
  return count;
}

ssize_t Socket::write(std::span<iovec> pieces) {
  msghdr message{};
  message.msg_iov = pieces.data();
  message.msg_iovlen = pieces.size();
  std::size_t total = 0;
  for (const iovec& piece : pieces) total += piece.iov_len;
  return send_all(total, [&] { return ::sendmsg(fd_.get(), &message, MSG_NOSIGNAL); });
}

ssize_t Socket::write(std::string_view bytes) {
  return send_all(bytes.size(), [&] { return ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL); });
}

}  // namespace gatehouse::net
