#include "src/net/resolve.hpp"

#include <cstring>
#include <memory>
#include <optional>

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>

#include <gatehouse/base/signal.hpp>

#include "src/net/loop_impl.hpp"

namespace gatehouse::net {
namespace {

std::optional<Address> literal(const std::string& host, std::uint16_t port) {
  Address address;
  sockaddr_in v4{};
  if (::inet_pton(AF_INET, host.c_str(), &v4.sin_addr) == 1) {
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port);
    std::memcpy(&address.storage, &v4, sizeof v4);
    address.size = sizeof v4;
    return address;
  }
  sockaddr_in6 v6{};
  if (::inet_pton(AF_INET6, host.c_str(), &v6.sin6_addr) != 1) return std::nullopt;
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(port);
  std::memcpy(&address.storage, &v6, sizeof v6);
  address.size = sizeof v6;
  return address;
}

/// Shared with the helper thread: who asked may have given up when the answer comes.
struct Lookup {
  std::string host, service;
  int failure = EAI_AGAIN;
  std::vector<Address> found;
  Signal answered;

  void run() {
    addrinfo hints{};
    hints.ai_flags = AI_ADDRCONFIG | AI_NUMERICSERV;
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* list = nullptr;
    failure = ::getaddrinfo(host.c_str(), service.c_str(), &hints, &list);
    const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owner(list, [](addrinfo* all) {
      if (all) ::freeaddrinfo(all);
    });
    for (const addrinfo* one = list; one; one = one->ai_next) {
      Address& address = found.emplace_back();
      std::memcpy(&address.storage, one->ai_addr, one->ai_addrlen);
      address.size = one->ai_addrlen;
    }
  }
};

}  // namespace

Task<Result<std::vector<Address>>> resolve(Loop& loop, std::string host, std::uint16_t port, Cancel& limit) {
  if (const auto address = literal(host, port)) co_return std::vector<Address>{*address};
  auto lookup = std::make_shared<Lookup>();
  lookup->host = std::move(host);
  lookup->service = std::to_string(port);
  const Cancel::Hook hook(limit, [&lookup] { lookup->answered.notify(); });
  loop.impl().helpers.run([lookup, &loop] {
    lookup->run();
    loop.post([lookup] { lookup->answered.notify(); });
  });
  co_await lookup->answered.wait();
  if (limit.requested()) co_return std::vector<Address>{};
  if (lookup->failure == 0) co_return std::move(lookup->found);
  co_return fail(Kind::unavailable, Origin::upstream, "the server's name cannot be resolved",
                 lookup->host + ": " + ::gai_strerror(lookup->failure));
}

}  // namespace gatehouse::net
