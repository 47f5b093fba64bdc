#include "src/transport/http_checks.hpp"

#include <string>

#include <gtest/gtest.h>

namespace gatehouse::transport {
namespace {

/// Whether a request with these fields, one a line, is let in.
bool lets_in(const std::string& fields, const StreamableHttpOptions& options = {}) {
  const std::string text = "POST /mcp HTTP/1.1\r\n" + fields + "\r\n";
  net::RequestHead head;
  const auto complete = net::parse_head(text, {}, head);
  EXPECT_TRUE(complete && *complete) << fields;
  std::string last;
  return check_access(head, options, last).has_value();
}
bool lets_in_origin(const std::string& origin, const StreamableHttpOptions& options = {}) {
  return lets_in("Host: localhost:1\r\nOrigin: " + origin + "\r\n", options);
}

// RS-105
TEST(HttpChecks, LetPagesOfThisMachineIn) {
  for (const char* origin :
       {"http://localhost", "http://localhost:3000", "https://127.0.0.1:1", "http://[::1]:5173", "app://localhost"})
    EXPECT_TRUE(lets_in_origin(origin)) << origin;
  for (const char* origin : {"null", "", "https://evil.example", "http://localhost.evil.example",
                             "http://127.0.0.1.evil", "localhost", "http://192.168.0.1", "file://"})
    EXPECT_FALSE(lets_in_origin(origin)) << origin;
}

// RS-105: what could be read as one of this machine, and as another one.
TEST(HttpChecks, TakeNoOriginThatIsMoreThanOne) {
  for (const char* origin : {"https://evil.example http://localhost", "https://evil.example, http://localhost",
                             "http://localhost https://evil.example", "http://localhost:1@evil.example",
                             "https://evil.example/http://localhost", "http://evil.example\\@localhost"})
    EXPECT_FALSE(lets_in_origin(origin)) << origin;
  const std::string twice = "Host: localhost\r\nOrigin: http://localhost\r\norigin: https://evil.example\r\n";
  EXPECT_FALSE(lets_in(twice));
  StreamableHttpOptions anybody;
  anybody.allowed_origins = {"*"};
  EXPECT_TRUE(lets_in_origin("https://app.example", anybody));
  EXPECT_FALSE(lets_in(twice, anybody));
}

// RS-105
TEST(HttpChecks, LetNamesOfThisMachineAndListedOnesIn) {
  StreamableHttpOptions options;
  options.allowed_hosts = {"gw.example"};
  for (const char* host : {"localhost", "127.0.0.1:8080", "[::1]:8080", "GW.example", "gw.example:443"})
    EXPECT_TRUE(lets_in("Host: " + std::string(host) + "\r\n", options)) << host;
  for (const char* host : {"evil.example", "localhost.evil.example", "localhost:1:evil.example",
                           "gw.example.evil.example", "127.0.0.1.evil.example", ""})
    EXPECT_FALSE(lets_in("Host: " + std::string(host) + "\r\n", options)) << host;
}

}  // namespace
}  // namespace gatehouse::transport
