#pragma once
#include <sys/socket.h>

namespace gatehouse::net {

/// Whether an address is one of the public Internet: not loopback, private, shared (RFC 6598), link-local (where cloud metadata
/// services are), unique-local, multicast, unspecified, reserved, for documentation or benchmarks, and no IPv6 form of such an IPv4 address
/// (mapped, NAT64, 6to4). Rule: SB-32; RFC 6890.
[[nodiscard]] bool is_public(const sockaddr_storage& address);

}  // namespace gatehouse::net
