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

/// The headers of a refusal, one a line, without those that are about the type of its body.
std::string headers_of(const Error& error, int status) {
  std::string out;
  const ErrorHeaders headers(error, status);
  for (const net::Header& one : headers.all())
    if (!one.name.contains("Content-Type")) out.append(one.name).append(": ").append(one.value).append("\n");
  return out;
}

// RS-34
TEST(ErrorHeaders, NameARefusalAndForbidToKeepIt) {
  const auto named = [](Kind kind, const std::string& challenge = {}) {
    return Error(kind, Origin::client, "no").with_data(R"({"requestId":"0123"})").with_challenge(challenge);
  };
  EXPECT_EQ(headers_of(named(Kind::invalid_credential, "Bearer"), 401),
            "WWW-Authenticate: Bearer\nCache-Control: no-store\nX-Request-Id: 0123\n");
  EXPECT_EQ(headers_of(named(Kind::denied), 403), "Cache-Control: no-store\nX-Request-Id: 0123\n");
  EXPECT_EQ(headers_of(named(Kind::bad_credential_form), 400), "Cache-Control: no-store\nX-Request-Id: 0123\n");
  EXPECT_EQ(headers_of(named(Kind::verifier_unavailable).with_retry(Retry::later(Milliseconds{1'500})), 503),
            "Cache-Control: no-store\nX-Request-Id: 0123\nRetry-After: 2\n");
  EXPECT_EQ(headers_of({Kind::forbidden_origin, Origin::client, "no"}, 403), "Cache-Control: no-store\n");
  EXPECT_EQ(headers_of(named(Kind::header_mismatch), 400), "");
}

// RS-37
TEST(ErrorHeaders, SayWhichLimitIsReached) {
  const Error error =
      Error(Kind::throttled, Origin::client, "no")
          .with_data(R"({"limit":"a","quota":9,"windowMs":60000,"retryAfterMs":1500,"requestId":"0123"})")
          .with_retry(Retry::later(Milliseconds{1'500}));
  EXPECT_EQ(headers_of(error, 429),
            "Cache-Control: no-store\nX-Request-Id: 0123\nRateLimit-Policy: \"a\";q=9;w=60\nRateLimit: \"a\";r=0;t=2\n"
            "Retry-After: 2\n");
}

}  // namespace
}  // namespace gatehouse::transport
