#include <gatehouse/transport/cors.hpp>

#include <map>
#include <string>

#include <gtest/gtest.h>

#include "tests/support/fake_exchange.hpp"
#include "tests/support/finish.hpp"

namespace gatehouse::transport {
namespace {

struct Seen final : test::FakeExchange::Output {
  int status = 0;
  std::map<std::string, std::string> headers;
  void on_head(int code, std::span<const net::Header> all) override {
    status = code;
    for (const auto& [name, value] : all) headers[std::string(name)] = value;
  }
  void on_body(std::string_view) override {}
  void on_event(const net::SseEvent&) override {}
  void on_end() override {}
};

// RS-35
TEST(Cors, PreflightNeedsNoCredential) {
  Seen seen;
  test::FakeExchange inner(
      "OPTIONS /mcp HTTP/1.1\r\nHost: gw\r\nOrigin: https://app.example\r\nAccess-Control-Request-Method: POST\r\n"
      "Access-Control-Request-Headers: authorization,mcp-protocol-version\r\n\r\n",
      "", seen);
  CorsExchange exchange(inner);
  ASSERT_TRUE(exchange.is_preflight());
  test::finish(exchange.answer_preflight());
  EXPECT_EQ(seen.status, 204);
  EXPECT_EQ(seen.headers["Access-Control-Allow-Origin"], "https://app.example");
  EXPECT_EQ(seen.headers["Access-Control-Allow-Headers"], "authorization,mcp-protocol-version");
  EXPECT_EQ(seen.headers["Access-Control-Allow-Methods"], "GET, POST, DELETE, OPTIONS");
}

TEST(Cors, PagesCanReadTheChallenge) {
  Seen seen;
  test::FakeExchange inner("POST /mcp HTTP/1.1\r\nHost: gw\r\nOrigin: https://app.example\r\n\r\n", "{}", seen);
  CorsExchange exchange(inner);
  EXPECT_FALSE(exchange.is_preflight());
  const net::Header challenge{"WWW-Authenticate", "Bearer"};
  EXPECT_TRUE(test::finish(exchange.respond(401, {&challenge, 1}, {})));
  EXPECT_EQ(seen.headers["WWW-Authenticate"], "Bearer");
  EXPECT_EQ(seen.headers["Vary"], "Origin");
  for (const char* name : {"WWW-Authenticate", "X-Request-Id", "RateLimit,", "RateLimit-Policy"})
    EXPECT_TRUE(seen.headers["Access-Control-Expose-Headers"].contains(name)) << name;
  EXPECT_FALSE(seen.headers.contains("Access-Control-Allow-Credentials"));
}

}  // namespace
}  // namespace gatehouse::transport
