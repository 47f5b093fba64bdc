#include <gatehouse/base/address_range.hpp>

#include <gtest/gtest.h>

namespace gatehouse {
namespace {

bool contains(std::string_view range, std::string_view address) {
  const auto parsed = AddressRange::parse(range);
  const auto one = IpAddress::parse(address);
  return parsed && one && parsed->contains(*one);
}

TEST(AddressRange, HoldsItsAddresses) {
  EXPECT_TRUE(contains("10.0.0.0/8", "10.255.0.1"));
  EXPECT_FALSE(contains("10.0.0.0/8", "11.0.0.1"));
  EXPECT_TRUE(contains("10.1.2.128/25", "10.1.2.129"));
  EXPECT_FALSE(contains("10.1.2.128/25", "10.1.2.127"));
  EXPECT_TRUE(contains("192.0.2.7", "192.0.2.7"));
  EXPECT_FALSE(contains("192.0.2.7", "192.0.2.8"));
  EXPECT_TRUE(contains("0.0.0.0/0", "203.0.113.9"));
  EXPECT_TRUE(contains("2001:db8::/33", "2001:db8:7fff::1"));
  EXPECT_FALSE(contains("2001:db8::/33", "2001:db8:8000::1"));
  EXPECT_TRUE(contains("::1", "::1"));
}

TEST(AddressRange, FamiliesDoNotMix) {
  EXPECT_FALSE(contains("::/0", "10.0.0.1"));
  EXPECT_FALSE(contains("0.0.0.0/0", "2001:db8::1"));
  EXPECT_TRUE(contains("10.0.0.0/8", "::ffff:10.0.0.1"));
}

TEST(AddressRange, RefusesWhatIsAmbiguousOrNoRange) {
  for (const std::string_view text : {"", "10.0.0.1/8", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/8x", "10.0.0.0/-1",
                                      "10.0.0/8", "host", "2001:db8::1/32", "::/129", "010.0.0.0/8", "10.0.0.0 /8"})
    EXPECT_FALSE(AddressRange::parse(text)) << text;
  EXPECT_FALSE(IpAddress::parse(std::string_view("10.0.0.1\0x", 10)));
  EXPECT_FALSE(IpAddress::parse("fe80::1%eth0"));
}

TEST(AddressRange, IsWrittenAsItIsRead) {
  for (const std::string_view text : {"10.0.0.0/8", "192.0.2.7/32", "2001:db8::/32", "0.0.0.0/0"})
    EXPECT_EQ(AddressRange::parse(text)->str(), text);
  EXPECT_EQ(IpAddress::parse("192.0.2.7")->network(24), "192.0.2.0/24");
  EXPECT_EQ(IpAddress::parse("2001:db8:1:2::3")->network(48), "2001:db8:1::/48");
}

}  // namespace
}  // namespace gatehouse
