#include "round_trip.hpp"

#include <netinet/tcp.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <stdexcept>

#include "requests.hpp"

namespace loadgen {
namespace {

[[noreturn]] void fail(std::string_view request, const std::string& what) {
  const std::size_t body = request.find("\r\n\r\n");
  throw std::runtime_error(what + "; request: " + std::string(request.substr(0, request.find('\r'))) + " " +
                           std::string(body == request.npos ? "" : request.substr(body + 4, 80)));
}

void send_all(const bench::Fd& connection, std::string_view request) {
  for (std::string_view rest = request; !rest.empty();) {
    const ssize_t sent = ::send(connection.get(), rest.data(), rest.size(), MSG_NOSIGNAL);
    if (sent < 0) fail(request, std::string("cannot send: ") + std::strerror(errno));
    rest.remove_prefix(static_cast<std::size_t>(sent));
  }
}

}  // namespace

bench::Fd connect_to(const Options& options) {
  bench::Fd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!fd.is_open()) return {};
  const int on = 1;
  const linger reset_on_close{.l_onoff = 1, .l_linger = 0};
  const timeval timeout{.tv_sec = static_cast<time_t>(options.timeout_seconds) + 1, .tv_usec = 0};
  ::setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (options.hold) ::setsockopt(fd.get(), SOL_SOCKET, SO_LINGER, &reset_on_close, sizeof reset_on_close);
  ::setsockopt(fd.get(), SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
  ::setsockopt(fd.get(), SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof timeout);
  const auto* address = reinterpret_cast<const sockaddr*>(&options.target.address);
  if (::connect(fd.get(), address, sizeof options.target.address) != 0) {
    const int why = errno;
    fd.reset();
    errno = why;
  }
  return fd;
}

ResponseReader round_trip(const bench::Fd& connection, std::string_view request, Until until) {
  send_all(connection, request);
  ResponseReader reader;
  reader.begin();
  std::array<char, 16'384> buffer;
  while (!reader.is_done() && !(until == Until::head && reader.has_head())) {
    const ssize_t got = ::recv(connection.get(), buffer.data(), buffer.size(), 0);
    if (got < 0) fail(request, std::string("no answer: ") + std::strerror(errno));
    if (got == 0) reader.end_of_stream();
    if (got == 0 && !reader.is_done()) fail(request, "the connection was closed before the answer ended");
    const std::size_t used = reader.feed({buffer.data(), static_cast<std::size_t>(got)});
    if (reader.is_malformed() || used < static_cast<std::size_t>(got)) fail(request, "malformed HTTP answer");
  }
  if (reader.status() < 200 || reader.status() > 299) {
    fail(request, "HTTP " + std::to_string(reader.status()) + " " + reader.body_start());
  }
  return reader;
}

std::string open_session(const Options& options, const bench::Fd& connection) {
  const ResponseReader reply = round_trip(connection, initialize_request(options));
  if (!reply.body().answer().has_result()) {
    throw std::runtime_error("initialize failed: " + reply.body_start());
  }
  round_trip(connection, initialized_notification(options, reply.session_id()));
  return reply.session_id();
}

}  // namespace loadgen
