#include <gatehouse/base/address_range.hpp>

#include <algorithm>
#include <charconv>
#include <cstring>

#include <arpa/inet.h>
#include <netinet/in.h>

namespace gatehouse {
namespace {

constexpr std::array<std::uint8_t, 12> kMappedV4 = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};

/// The first `bits` of a byte, of which the first `done` bits were counted before.
std::uint8_t mask(unsigned bits, unsigned done) {
  const unsigned left = bits > done ? std::min(8u, bits - done) : 0;
  return static_cast<std::uint8_t>(0xFF00u >> left);
}

}  // namespace

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
  char terminated[INET6_ADDRSTRLEN] = "";
  if (text.size() >= sizeof terminated || text.contains('\0')) return std::nullopt;
  text.copy(terminated, text.size());
  IpAddress address;
  address.v4_ = ::inet_pton(AF_INET, terminated, address.bytes_.data()) == 1;
  if (address.v4_) return address;
  if (::inet_pton(AF_INET6, terminated, address.bytes_.data()) != 1) return std::nullopt;
  if (std::equal(kMappedV4.begin(), kMappedV4.end(), address.bytes_.begin())) {
    std::copy_n(address.bytes_.begin() + 12, 4, address.bytes_.begin());
    std::fill(address.bytes_.begin() + 4, address.bytes_.end(), std::uint8_t{0});
    address.v4_ = true;
  }
  return address;
}

bool IpAddress::shares(const IpAddress& other, unsigned bits) const {
  if (v4_ != other.v4_) return false;
  const unsigned whole = bits / 8;
  if (std::memcmp(bytes_.data(), other.bytes_.data(), whole) != 0) return false;
  return whole == bytes_.size() || ((bytes_[whole] ^ other.bytes_[whole]) & mask(bits, whole * 8)) == 0;
}

std::string IpAddress::network(unsigned bits) const {
  auto first = bytes_;
  for (unsigned i = 0; i < first.size(); ++i) first[i] &= mask(bits, i * 8);
  char text[INET6_ADDRSTRLEN] = "";
  ::inet_ntop(v4_ ? AF_INET : AF_INET6, first.data(), text, sizeof text);
  return std::string(text) + "/" + std::to_string(bits);
}

std::optional<AddressRange> AddressRange::parse(std::string_view text) {
  const auto slash = text.find('/');
  const auto address = IpAddress::parse(text.substr(0, slash));
  if (!address) return std::nullopt;
  AddressRange range;
  range.first_ = *address;
  const unsigned most = address->is_v4() ? 32 : 128;
  range.bits_ = most;
  if (slash == std::string_view::npos) return range;
  const std::string_view length = text.substr(slash + 1);
  const auto read = std::from_chars(length.data(), length.data() + length.size(), range.bits_);
  if (length.empty() || read.ec != std::errc() || read.ptr != length.data() + length.size() || range.bits_ > most)
    return std::nullopt;
  for (unsigned i = 0; i < range.first_.bytes_.size(); ++i)
    if (range.first_.bytes_[i] & ~mask(range.bits_, i * 8)) return std::nullopt;
  return range;
}

}  // namespace gatehouse
