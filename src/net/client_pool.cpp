#include "src/net/client_pool.hpp"

#include <algorithm>
#include <cerrno>
#include <system_error>

#include <netinet/in.h>
#include <netinet/tcp.h>

#include "src/net/loop_impl.hpp"
#include "src/net/public_address.hpp"
#include "src/net/resolve.hpp"

namespace gatehouse::net {
namespace {

constexpr std::size_t kSpareBuffers = 64;
constexpr int kRounds = 8;  // idle time is measured in eighths

Result<Fd> begin_connect(const Address& address) {
  Fd fd{::socket(address.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
  const int on = 1;
  if (fd) (void)::setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (fd && (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address.storage), address.size) == 0 ||
             errno == EINPROGRESS)) {
    return fd;
  }
  return fail(Kind::unavailable, Origin::upstream,
              "the server cannot be reached: " + std::error_code(errno, std::generic_category()).message());
}

bool all_public(const std::vector<Address>& addresses) {
  return std::ranges::all_of(addresses, [](const Address& address) { return is_public(address.storage); });
}

}  // namespace

HttpClient::Impl::Impl(Loop& the_loop, HttpClientOptions the_options)
    : loop(the_loop), options(std::move(the_options)), round(the_loop.timers()) {}

HttpClient::Impl::~Impl() {
  close_idle();
  for (ClientConnection& connection : busy) connection.orphan();
}

HttpClient::Impl::Origin* HttpClient::Impl::find(const Url& url) {
  const OriginKey key{url.host, url.port, url.tls};
  if (latest && latest->key() == key) return latest;
  const auto found = origins.find(key);
  return found == origins.end() ? nullptr : latest = found->second.get();
}

HttpClient::Impl::Origin& HttpClient::Impl::origin_of(const Url& url) {
  if (Origin* const known = find(url)) return *known;
  auto origin = std::make_unique<Origin>(url);
  Origin& made = *origin;
  origins.emplace(made.key(), std::move(origin));
  return made;
}

void HttpClient::Impl::release(Origin& origin) {
  if (--origin.open > 0) return;
  if (latest == &origin) latest = nullptr;
  const auto node = origins.extract(origin.key());  // dies after its key
}

std::unique_ptr<ClientConnection> HttpClient::Impl::take_idle(const Url& url) {
  for (;;) {
    Origin* const origin = find(url);
    if (!origin || origin->idle.empty()) return nullptr;
    std::unique_ptr<ClientConnection> connection(&origin->idle.back());
    remove_idle(*connection);
    if (connection->is_quiet()) return connection;
  }
}

Task<Result<std::unique_ptr<ClientConnection>>> HttpClient::Impl::connect(const Url& url, Milliseconds patience,
                                                                          Cancel& cancel) {
  if (url.tls && !tls) {
    auto context = TlsContext::client(options.verify_tls, options.ca_file);
    if (!context) co_return std::unexpected(std::move(context.error()));
    tls = std::move(*context);
  }
  Origin& origin = origin_of(url);
  if (origin.open >= options.max_connections_per_origin) {
    co_return fail(Kind::unavailable, gatehouse::Origin::upstream, "too many connections to the server are open");
  }
  ++origin.open;  // so that it stays
  const Reservation reservation{*this, origin};
  ++counters.connects;

  Cancel limit;
  const Cancel::Hook outer(cancel, [&limit, &cancel] { limit.request(cancel.reason()); });
  if (patience == Milliseconds{0}) patience = options.connect_timeout;
  const Deadline deadline(loop.timers(), patience, limit);
  const auto addresses = co_await resolve(loop, origin.host, origin.port, limit);
  Error reason = addresses ? Error{Kind::unavailable, gatehouse::Origin::upstream, "the server's name has no address"}
                           : addresses.error();
  if (addresses && options.public_addresses_only && !all_public(*addresses)) {
    co_return fail(Kind::unavailable, gatehouse::Origin::upstream, "the server's address is not a public one");
  }
  for (std::size_t i = 0; addresses && i < addresses->size() && !limit.requested(); ++i) {
    auto fd = begin_connect((*addresses)[i]);
    if (!fd) {
      reason = std::move(fd.error());
      continue;
    }
    auto connection = watch(origin, std::move(*fd));
    if (!connection) {
      reason = {Kind::unavailable, gatehouse::Origin::upstream, "the system has no room for another connection"};
      break;
    }
    auto done = co_await connection->establish(limit);
    if (done && !limit.requested()) co_return connection;
    if (!done) reason = std::move(done.error());
  }
  if (cancel.requested()) co_return fail(cancelled_error(cancel));
  if (limit.requested()) {
    co_return fail(Kind::unavailable, gatehouse::Origin::upstream, "the server did not accept a connection in time");
  }
  co_return fail(std::move(reason));
}

std::unique_ptr<ClientConnection> HttpClient::Impl::watch(Origin& origin, Fd fd) {
  try {
    auto connection = std::make_unique<ClientConnection>(*this, origin, std::move(fd));
    connection->stream().socket().watch().filled();  // writable will mean connected
    return connection;
  } catch (const std::system_error&) {
    return nullptr;
  }
}

Buffer HttpClient::Impl::take_buffer() {
  if (spare.empty()) return Buffer(options.buffer_bytes - kSlack);
  Buffer buffer = std::move(spare.back());
  spare.pop_back();
  return buffer;
}

void HttpClient::Impl::give_back(Buffer buffer) {
  if (spare.size() < kSpareBuffers && buffer.capacity() == options.buffer_bytes - kSlack)
    spare.push_back(std::move(buffer));
}

void HttpClient::Impl::put_idle(ClientConnection& connection) {
  connection.unlink();
  connection.idle_ = true;
  connection.idle_since_ = rounds;
  connection.origin_.idle.push_back(connection);
  ++connection.origin_.idle_count;
  ++counters.idle_connections;
  if (!round.armed()) begin_round();
}

void HttpClient::Impl::remove_idle(ClientConnection& connection) {
  connection.unlink();
  connection.idle_ = false;
  --connection.origin_.idle_count;
  --counters.idle_connections;
  busy.push_back(connection);
}

void HttpClient::Impl::begin_round() {
  round.arm(options.idle_timeout / kRounds, [this] {
    ++rounds;
    close_old(kRounds);
    if (counters.idle_connections > 0) begin_round();
  });
}

void HttpClient::Impl::close_old(std::uint64_t age) {
  std::vector<ClientConnection*> old;
  for (const auto& [key, origin] : origins) {
    for (ClientConnection& connection : origin->idle) {
      if (rounds - connection.idle_since_ < age) break;  // the others were used later
      old.push_back(&connection);
    }
  }
  for (ClientConnection* connection : old) {
    remove_idle(*connection);
    delete connection;
  }
}

}  // namespace gatehouse::net
