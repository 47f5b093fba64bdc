#include "src/net/public_address.hpp"

#include <string>

#include <arpa/inet.h>
#include <netinet/in.h>

#include <gtest/gtest.h>

#include <gatehouse/net/http_client.hpp>

#include "src/net/http_test_support.hpp"

namespace gatehouse::net {
namespace {

bool judged(const std::string& text) {
  sockaddr_storage address{};
  const bool is_v6 = text.contains(':');
  address.ss_family = is_v6 ? AF_INET6 : AF_INET;
  void* const where = is_v6 ? static_cast<void*>(&reinterpret_cast<sockaddr_in6&>(address).sin6_addr)
                            : &reinterpret_cast<sockaddr_in&>(address).sin_addr;
  EXPECT_EQ(::inet_pton(address.ss_family, text.c_str(), where), 1) << text;
  return is_public(address);
}

TEST(PublicAddress, IsOneOfTheInternet) {
  for (const char* text :
       {"1.1.1.1", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "172.15.0.1", "172.32.0.1",
        "192.169.0.1", "198.17.255.255", "198.20.0.0", "223.255.255.255", "2606:4700::1111", "2a00::1", "2001:200::1",
        "::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "2002:808:808::1"})
    EXPECT_TRUE(judged(text)) << text;
}

// SB-32
TEST(PublicAddress, IsNoAddressOfAHouse) {
  for (const char* text : {"0.0.0.0",
                           "10.1.2.3",
                           "100.64.0.1",
                           "127.0.0.1",
                           "127.255.255.255",
                           "169.254.169.254",
                           "172.16.0.1",
                           "172.31.255.255",
                           "192.0.0.192",
                           "192.0.2.1",
                           "192.168.1.1",
                           "198.18.0.1",
                           "198.19.255.255",
                           "203.0.113.9",
                           "224.0.0.1",
                           "240.0.0.1",
                           "255.255.255.255",
                           "::",
                           "::1",
                           "fe80::1",
                           "fc00::1",
                           "fd00:ec2::254",
                           "ff02::1",
                           "2001::1",
                           "2001:db8::1",
                           "3fff::1",
                           "::ffff:127.0.0.1",
                           "::ffff:169.254.169.254",
                           "64:ff9b::10.0.0.1",
                           "2002:7f00:1::1",
                           "2002:a9fe:a9fe::1",
                           "::7f00:1"})
    EXPECT_FALSE(judged(text)) << text;
}

Task<void> ask_loopback(test::ServerFixture& f, HttpClient& guarded) {
  Cancel cancel;
  const Url url{.host = "127.0.0.1", .port = f.port, .target = "/echo"};
  const HttpRequest request{.method = "GET"};
  const auto reply = co_await guarded.send(url, request, cancel);
  EXPECT_EQ(reply ? Kind::internal : reply.error().kind, Kind::unavailable);
  EXPECT_EQ(f.server.counters().accepted, 0u);
}

TEST(HttpClient, ConnectsToNoAddressOfAHouseIfItMustNot) {
  test::ServerFixture f;
  HttpClient guarded(f.loop, {.public_addresses_only = true});
  f.run(ask_loopback(f, guarded));
}

}  // namespace
}  // namespace gatehouse::net
