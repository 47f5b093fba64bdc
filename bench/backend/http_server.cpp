#include "http_server.hpp"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/random.h>
#include <sys/signalfd.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <stdexcept>

namespace backend {
namespace {

constexpr std::size_t kReadBytes = 256UL * 1024;

std::string random_hex() {
  std::uint64_t number = 0;
  if (::getrandom(&number, sizeof number, 0) != sizeof number) throw std::runtime_error("no random numbers");
  char text[32];
  std::snprintf(text, sizeof text, "%016lx-", number);
  return text;
}

bench::Fd listen_on_loopback(std::uint64_t port) {
  bench::Fd fd(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  const int on = 1;
  ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::bind(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 || ::listen(fd.get(), 4096) != 0) {
    throw std::runtime_error(std::string("cannot listen: ") + std::strerror(errno));
  }
  return fd;
}

bench::Fd catch_signals() {
  sigset_t set;
  ::sigemptyset(&set);
  ::sigaddset(&set, SIGTERM);
  ::sigaddset(&set, SIGINT);
  ::sigprocmask(SIG_BLOCK, &set, nullptr);
  return bench::Fd(::signalfd(-1, &set, SFD_CLOEXEC));
}

void watch(const bench::Fd& epoll, int fd, int operation, unsigned events) {
  epoll_event event{};
  event.events = events;
  event.data.fd = fd;
  ::epoll_ctl(epoll.get(), operation, fd, &event);
}

bool is_end_of_input() {
  char buffer[256];
  return ::read(STDIN_FILENO, buffer, sizeof buffer) <= 0;
}

}  // namespace

HttpServer::HttpServer(const Options& options, McpServer& mcp)
    : options_(options),
      mcp_(mcp),
      listener_(listen_on_loopback(options.port)),
      epoll_(::epoll_create1(EPOLL_CLOEXEC)),
      signals_(catch_signals()),
      buffer_(kReadBytes),
      session_start_(random_hex()) {
  watch(epoll_, listener_.get(), EPOLL_CTL_ADD, EPOLLIN);
  watch(epoll_, signals_.get(), EPOLL_CTL_ADD, EPOLLIN);
  if (options.until_stdin_ends) watch(epoll_, STDIN_FILENO, EPOLL_CTL_ADD, EPOLLIN);
}

std::string HttpServer::url() const {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  ::getsockname(listener_.get(), reinterpret_cast<sockaddr*>(&address), &size);
  return "http://127.0.0.1:" + std::to_string(ntohs(address.sin_port)) + "/mcp";
}

void HttpServer::run() {
  std::array<epoll_event, 256> events;
  while (true) {
    const int ready = ::epoll_wait(epoll_.get(), events.data(), events.size(), -1);
    for (int i = 0; i < ready; ++i) {
      const int fd = events[static_cast<std::size_t>(i)].data.fd;
      if (fd == signals_.get()) return;
      if (fd == STDIN_FILENO) {
        if (is_end_of_input()) return;
      } else if (fd == listener_.get()) {
        accept_all();
      } else if (Connection* connection = connections_[static_cast<std::size_t>(fd)].get()) {
        handle(*connection, events[static_cast<std::size_t>(i)].events);
      }
    }
  }
}

void HttpServer::accept_all() {
  while (true) {
    bench::Fd fd(::accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (!fd.is_open()) return;
    const int on = 1;
    ::setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    const auto place = static_cast<std::size_t>(fd.get());
    if (connections_.size() <= place) connections_.resize(place + 1);
    watch(epoll_, fd.get(), EPOLL_CTL_ADD, EPOLLIN);
    connections_[place] = std::make_unique<Connection>();
    connections_[place]->fd = std::move(fd);
  }
}

void HttpServer::handle(Connection& connection, unsigned events) {
  if (connection.waits_to_write) {
    const bool is_ready = (events & (EPOLLOUT | EPOLLERR | EPOLLHUP)) != 0;
    if (is_ready && write(connection)) serve(connection, {});
    return;
  }
  const ssize_t got = ::recv(connection.fd.get(), buffer_.data(), buffer_.size(), 0);
  if (got < 0 && errno == EAGAIN) return;
  if (got <= 0) return drop(connection);
  serve(connection, {buffer_.data(), static_cast<std::size_t>(got)});
}

/// Answers every complete request of the bytes, unless the client is slow to take an answer.
void HttpServer::serve(Connection& connection, std::string_view bytes) {
  std::string joined;
  if (!connection.input.empty()) {
    joined.swap(connection.input);
    joined.append(bytes);
    bytes = joined;
  }
  while (!bytes.empty() && !connection.waits_to_write) {
    HttpRequest request;
    const HttpRead outcome = read_http_request(bytes, request);
    if (outcome == HttpRead::incomplete) break;
    if (outcome == HttpRead::unusable) {
      connection.output.set_empty("HTTP/1.1 400 Bad Request", "Connection: close\r\n");
      connection.closes = true;
      write(connection);
      return;
    }
    answer(connection, request);
    bytes.remove_prefix(request.size);
    if (!write(connection)) return;
  }
  connection.input.assign(bytes);
}

void HttpServer::answer(Connection& connection, const HttpRequest& request) {
  connection.closes = request.wants_close;
  if (request.verb == "POST") return answer_message(connection, request);
  const bool ends_session = request.verb == "DELETE" && options_.era == Era::legacy && !options_.no_sessions;
  if (ends_session) {
    connection.output.set_empty("HTTP/1.1 200 OK", "");
  } else {
    connection.output.set_empty("HTTP/1.1 405 Method Not Allowed", "Allow: POST\r\n");
  }
}

void HttpServer::answer_message(Connection& connection, const HttpRequest& http) {
  const Request request = scan_request(http.body);
  const std::string_view refused = refusal(http, request);
  if (!refused.empty()) return connection.output.set_empty(refused, "");
  mcp_.answer(request, reply_);
  if (reply_.status == 202) return connection.output.set_empty("HTTP/1.1 202 Accepted", "");
  std::string headers;
  if (request.method == "initialize" && options_.era == Era::legacy && !options_.no_sessions) {
    headers = "Mcp-Session-Id: " + session_start_ + std::to_string(++sessions_) + "\r\n";
  }
  connection.output.set_reply(reply_, options_.form, headers);
  const Fault fault = mcp_.last_fault();
  if (fault == Fault::cut || fault == Fault::close) connection.closes = true;
  if (fault == Fault::cut) connection.output.cut();
  if (fault == Fault::close) connection.output = {};
}

/// The status line of an HTTP error, or nothing.
std::string_view HttpServer::refusal(const HttpRequest& http, const Request& request) const {
  if (options_.era == Era::modern || options_.no_sessions || request.method == "initialize") return {};
  if (http.session_id.empty()) return "HTTP/1.1 400 Bad Request";
  return http.session_id.starts_with(session_start_) ? std::string_view() : "HTTP/1.1 404 Not Found";
}

bool HttpServer::write(Connection& connection) {
  const bool is_alive = connection.output.send_to(connection.fd.get());
  const bool has_more = !connection.output.is_empty();
  if (!is_alive || (!has_more && connection.closes)) {
    drop(connection);
    return false;
  }
  if (has_more != connection.waits_to_write) {
    connection.waits_to_write = has_more;
    watch(epoll_, connection.fd.get(), EPOLL_CTL_MOD, has_more ? EPOLLOUT : EPOLLIN);
  }
  return true;
}

void HttpServer::drop(Connection& connection) { connections_[static_cast<std::size_t>(connection.fd.get())].reset(); }

}  // namespace backend
