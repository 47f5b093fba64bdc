#include "src/net/public_address.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <span>

#include <netinet/in.h>

namespace gatehouse::net {
namespace {

using Bytes = std::array<std::uint8_t, 16>;

struct Range {
  Bytes first;
  unsigned bits;
};

bool contains(const Range& range, std::span<const std::uint8_t> address) {
  const std::size_t whole = range.bits / 8;
  if (!std::equal(range.first.begin(), range.first.begin() + whole, address.begin())) return false;
  const unsigned rest = range.bits % 8;
  return rest == 0 || ((range.first[whole] ^ address[whole]) >> (8 - rest)) == 0;
}

constexpr std::array kNotPublicV4 = std::to_array<Range>({
    {{0}, 8},
    {{10}, 8},
    {{100, 64}, 10},
    {{127}, 8},
    {{169, 254}, 16},
    {{172, 16}, 12},
    {{192, 0, 0}, 24},
    {{192, 0, 2}, 24},
    {{192, 88, 99}, 24},
    {{192, 168}, 16},
    {{198, 18}, 15},
    {{198, 51, 100}, 24},
    {{203, 0, 113}, 24},
    {{224}, 4},
    {{240}, 4},
});

constexpr Range kGlobalUnicast{{0x20}, 3};
constexpr std::array kNotPublicV6 = std::to_array<Range>({
    {{0x20, 0x01, 0x00}, 23},  // Teredo, benchmarks, ORCHID
    {{0x20, 0x01, 0x0d, 0xb8}, 32},
    {{0x3f, 0xff, 0x00}, 20},
});
constexpr Range kMapped{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, 96};
constexpr Range kNat64{{0x00, 0x64, 0xff, 0x9b}, 96};
constexpr Range kSixToFour{{0x20, 0x02}, 16};

bool is_public_v4(std::span<const std::uint8_t> address) {
  return std::ranges::none_of(kNotPublicV4, [&](const Range& range) { return contains(range, address); });
}

bool is_public_v6(std::span<const std::uint8_t> address) {
  if (contains(kMapped, address) || contains(kNat64, address)) return is_public_v4(address.subspan(12));
  if (contains(kSixToFour, address)) return is_public_v4(address.subspan(2, 4));
  return contains(kGlobalUnicast, address) &&
         std::ranges::none_of(kNotPublicV6, [&](const Range& range) { return contains(range, address); });
}

}  // namespace

bool is_public(const sockaddr_storage& address) {
  Bytes bytes{};
  if (address.ss_family == AF_INET) {
    std::memcpy(bytes.data(), &reinterpret_cast<const sockaddr_in&>(address).sin_addr, 4);
    return is_public_v4(bytes);
  }
  if (address.ss_family != AF_INET6) return false;
  std::memcpy(bytes.data(), &reinterpret_cast<const sockaddr_in6&>(address).sin6_addr, bytes.size());
  return is_public_v6(bytes);
}

}  // namespace gatehouse::net
