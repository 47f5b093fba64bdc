#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace gatehouse {

/// An IPv4 or IPv6 address. An IPv4 address that came over an IPv6 socket (`::ffff:10.0.0.1`) is the IPv4 address.
class IpAddress {
 public:
  [[nodiscard]] static std::optional<IpAddress> parse(std::string_view text);

  [[nodiscard]] bool is_v4() const { return v4_; }
  /// The network it is in: the first `bits` of 32 or 128. "10.1.2.0/24".
  [[nodiscard]] std::string network(unsigned bits) const;
  bool operator==(const IpAddress&) const = default;

 private:
  friend class AddressRange;
  [[nodiscard]] bool shares(const IpAddress& other, unsigned bits) const;

  std::array<std::uint8_t, 16> bytes_{};  // of an IPv4 address the first four
  bool v4_ = false;
};

/// `10.0.0.0/8`, `2001:db8::/32`; without a length one address.
class AddressRange {
 public:
  /// None for what is no address, a length that is none, or bits behind the length that are not zero: nobody knows which was meant.
  [[nodiscard]] static std::optional<AddressRange> parse(std::string_view text);

  [[nodiscard]] bool contains(const IpAddress& address) const { return first_.shares(address, bits_); }
  [[nodiscard]] std::string str() const { return first_.network(bits_); }
  bool operator==(const AddressRange&) const = default;

 private:
  IpAddress first_;
  unsigned bits_ = 0;
};

}  // namespace gatehouse
