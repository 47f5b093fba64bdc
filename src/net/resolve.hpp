#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include <sys/socket.h>

#include <gatehouse/base/cancel.hpp>
#include <gatehouse/base/error.hpp>
#include <gatehouse/base/task.hpp>
#include <gatehouse/net/loop.hpp>

namespace gatehouse::net {

struct Address {
  sockaddr_storage storage{};
  socklen_t size = 0;
};

/// The addresses of a name, in the order in which they should be tried; a literal address is its own. Look-ups run on a helper
/// thread. Returns early, without addresses, when `limit` is requested. Errors: unavailable.
Task<Result<std::vector<Address>>> resolve(Loop& loop, std::string host, std::uint16_t port, Cancel& limit);

}  // namespace gatehouse::net
