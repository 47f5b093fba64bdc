#include <gatehouse/net/http_server.hpp>

#include <cassert>
#include <cerrno>
#include <cstring>

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

#include <gatehouse/base/log.hpp>

#include "src/net/loop_impl.hpp"
#include "src/net/server_connection.hpp"

namespace gatehouse::net {
namespace {

constexpr Milliseconds kLingerTime{2000};
constexpr Milliseconds kAcceptPause{100};     // after running out of descriptors or memory
constexpr std::size_t kSpareWorkspaces = 64;  // kept for the next requests; 1 MiB with the default buffer

std::array<Milliseconds, kPhases> limits_of(const HttpServerOptions& options) {
  return {options.idle_timeout, options.head_timeout,  options.body_timeout,
          Milliseconds{0},      options.write_timeout, kLingerTime};
}

std::string text_of(const sockaddr_storage& address) {
  char text[INET6_ADDRSTRLEN] = "";
  if (address.ss_family == AF_INET) {
    ::inet_ntop(AF_INET, &reinterpret_cast<const sockaddr_in&>(address).sin_addr, text, sizeof text);
  } else if (address.ss_family == AF_INET6) {
    const in6_addr& v6 = reinterpret_cast<const sockaddr_in6&>(address).sin6_addr;
    if (IN6_IS_ADDR_V4MAPPED(&v6)) {
      ::inet_ntop(AF_INET, v6.s6_addr + 12, text, sizeof text);
    } else {
      ::inet_ntop(AF_INET6, &v6, text, sizeof text);
    }
  }
  return text;
}

void set_option(int fd, int level, int name, int value) { (void)::setsockopt(fd, level, name, &value, sizeof value); }

/// What accepted sockets inherit.
void set_options(int fd) {
  set_option(fd, SOL_SOCKET, SO_REUSEADDR, 1);
  set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1);
  // A peer that vanished without a word would otherwise hold an open stream for ever.
  set_option(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
  set_option(fd, IPPROTO_TCP, TCP_KEEPIDLE, 60);
  set_option(fd, IPPROTO_TCP, TCP_KEEPINTVL, 15);
  set_option(fd, IPPROTO_TCP, TCP_KEEPCNT, 4);
}

std::unexpected<Error> cannot_listen(const ListenAddress& address, const std::string& why) {
  return fail(Kind::io, Origin::gateway, "cannot listen on " + address.str() + ": " + why);
}

Result<Fd> bind_to(const ListenAddress& address) {
  addrinfo hints{};
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int failure = ::getaddrinfo(address.host.c_str(), std::to_string(address.port).c_str(), &hints, &found);
  if (failure != 0) return cannot_listen(address, ::gai_strerror(failure));
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(found, ::freeaddrinfo);
  // A name with addresses of both families is served on IPv4, which every client tries.
  const addrinfo* chosen = found;
  for (const addrinfo* one = found; one; one = one->ai_next) {
    if (one->ai_family == AF_INET) {
      chosen = one;
      break;
    }
  }
  Fd fd{::socket(chosen->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
  if (!fd) return cannot_listen(address, std::strerror(errno));
  set_options(fd.get());
  if (::bind(fd.get(), chosen->ai_addr, chosen->ai_addrlen) != 0 || ::listen(fd.get(), SOMAXCONN) != 0) {
    return cannot_listen(address, std::strerror(errno));
  }
  return fd;
}

std::uint16_t bound_port(int fd) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  if (::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) return 0;
  return ntohs(address.ss_family == AF_INET6 ? reinterpret_cast<const sockaddr_in6&>(address).sin6_port
                                             : reinterpret_cast<const sockaddr_in&>(address).sin_port);
}

bool is_passing_trouble(int error) {
  return error == EINTR || error == ECONNABORTED || error == EPROTO || error == ENETDOWN || error == EHOSTUNREACH ||
         error == ENETUNREACH || error == EPERM || error == ENOPROTOOPT;
}

}  // namespace

HttpServer::Impl::Impl(Loop& the_loop, HttpHandler& the_handler, HttpServerOptions the_options)
    : loop(the_loop),
      handler(the_handler),
      options(std::move(the_options)),
      phases(limits_of(options), options.tick),
      tick(the_loop.timers()) {}

Result<ListenAddress> HttpServer::Impl::listen(const ListenAddress& address) {
  if (options.tls && !tls) {
    tls_files.emplace(*options.tls);
    auto context = TlsContext::server(*options.tls);
    if (!context) return std::unexpected(std::move(context.error()));
    tls = std::move(*context);
  }
  auto fd = bind_to(address);
  if (!fd) return std::unexpected(std::move(fd.error()));
  const ListenAddress bound{address.host, bound_port(fd->get())};
  Socket& socket = *listeners.emplace_back(std::make_unique<Socket>(loop.impl().poller, std::move(*fd), nullptr));
  draining = false;
  tasks.spawn(accept_on(socket));
  if (!tick.armed()) begin_tick();
  return bound;
}

Task<void> HttpServer::Impl::accept_on(Socket& socket) {
  while (!socket.watch().aborted()) {
    sockaddr_storage peer{};
    socklen_t size = sizeof peer;
    Fd fd{::accept4(socket.fd(), reinterpret_cast<sockaddr*>(&peer), &size, SOCK_NONBLOCK | SOCK_CLOEXEC)};
    const int error = errno;
    if (fd) {
      std::string address = text_of(peer);
      const bool has_room = has_room_for(address);
      ++(has_room ? counters.accepted : counters.refused);
      if (has_room) tasks.spawn(serve(std::move(fd), std::move(address)));
    } else if (error == EAGAIN) {
      socket.watch().drained();
      co_await socket.watch().readable();
    } else if (!is_passing_trouble(error)) {
      log::warn("cannot accept connections for a moment", {{"reason", std::strerror(error)}});
      co_await loop.sleep(kAcceptPause);
    }
  }
}

bool HttpServer::Impl::has_room_for(const std::string& address) const {
  if (counters.open_connections >= options.max_connections) return false;
  if (options.max_connections_per_address == 0) return true;
  const auto theirs = by_address.find(address);
  return theirs == by_address.end() || theirs->second < options.max_connections_per_address;
}

void HttpServer::Impl::count(const std::string& address, bool arrived) {
  if (options.max_connections_per_address == 0) return;
  if (arrived) {
    ++by_address[address];
  } else if (const auto theirs = by_address.find(address); --theirs->second == 0) {
    by_address.erase(theirs);
  }
}

Task<void> HttpServer::Impl::serve(Fd fd, std::string peer) {
  count(peer, true);
  try {
    ServerConnection connection(*this, std::move(fd), peer);
    co_await connection.run();
  } catch (const std::exception& trouble) {  // no memory, or no room in the kernel's tables
    log::error("a connection failed", {{"reason", trouble.what()}});
  }
  count(peer, false);
}

void HttpServer::Impl::begin_tick() {
  tick.arm(options.tick, [this] {
    phases.tick();
    if (tls_files && tls_files->changed(Clock::now())) renew_tls();
    begin_tick();
  });
}

/// For connections that come from now on; open ones keep theirs.
void HttpServer::Impl::renew_tls() {
  auto context = TlsContext::server(*options.tls);
  if (!context) return log::error("TLS files not loaded, the old ones stay", {{"reason", context.error().message}});
  tls = std::move(*context);
  log::info("TLS files loaded", {{"certificate", options.tls->certificate_file}});
}

std::unique_ptr<ServerWorkspace> HttpServer::Impl::take_workspace() {
  if (spare.empty()) {
    return std::make_unique<ServerWorkspace>(
        RequestReader::Limits{options.head, options.max_body_bytes, options.buffer_bytes});
  }
  auto workspace = std::move(spare.back());
  spare.pop_back();
  return workspace;
}

void HttpServer::Impl::give_back(std::unique_ptr<ServerWorkspace> workspace) {
  if (spare.size() >= kSpareWorkspaces) return;
  workspace->reader.reset();
  spare.push_back(std::move(workspace));
}

HttpServer::HttpServer(Loop& loop, HttpHandler& handler, HttpServerOptions options)
    : impl_(std::make_unique<Impl>(loop, handler, std::move(options))) {}

HttpServer::~HttpServer() { assert(impl_->tasks.running() == 0 && "stop() has not finished"); }

Result<ListenAddress> HttpServer::listen(const ListenAddress& address) { return impl_->listen(address); }

Task<void> HttpServer::stop(Milliseconds grace) {
  impl_->draining = true;
  for (auto& listener : impl_->listeners) listener->watch().abort();
  impl_->phases.for_each([](Phased& item) { static_cast<ServerConnection&>(item).finish_soon(); });
  Timer patience(impl_->loop.timers());
  patience.arm(grace,
               [this] { impl_->phases.for_each([](Phased& item) { static_cast<ServerConnection&>(item).cut(); }); });
  co_await impl_->tasks.join();
  impl_->listeners.clear();
  impl_->tick.disarm();
}

const HttpServer::Counters& HttpServer::counters() const { return impl_->counters; }

}  // namespace gatehouse::net
