#include <gatehouse/net/url.hpp>

#include <gtest/gtest.h>

namespace gatehouse::net {
namespace {

TEST(Url, IsSplit) {
  const auto url = parse_url("HTTPS://Example.COM:8443/mcp/v1?key=a%20b");
  ASSERT_TRUE(url);
  EXPECT_TRUE(url->tls);
  EXPECT_EQ(url->host, "example.com");
  EXPECT_EQ(url->port, 8443);
  EXPECT_EQ(url->target, "/mcp/v1?key=a%20b");
  EXPECT_EQ(url->authority(), "example.com:8443");
  EXPECT_EQ(url->str(), "https://example.com:8443/mcp/v1?key=a%20b");
}

TEST(Url, KnowsDefaults) {
  EXPECT_EQ(parse_url("http://a")->str(), "http://a/");
  EXPECT_EQ(parse_url("http://a?x")->target, "/?x");
  EXPECT_EQ(parse_url("http://a:80/")->authority(), "a");
  EXPECT_EQ(parse_url("https://a")->port, 443);
  EXPECT_EQ(parse_url("https://a:80/")->authority(), "a:80");
}

TEST(Url, TakesIpv6InBrackets) {
  const auto url = parse_url("http://[::1]:3000/mcp");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->host, "::1");
  EXPECT_EQ(url->authority(), "[::1]:3000");
}

struct BadUrls : testing::TestWithParam<const char*> {};

TEST_P(BadUrls, AreRefusedByName) {
  const auto url = parse_url(GetParam());
  ASSERT_FALSE(url);
  EXPECT_EQ(url.error().kind, Kind::invalid_config);
  EXPECT_NE(url.error().message.find("'" + std::string{GetParam()} + "'"), std::string::npos);
}
INSTANTIATE_TEST_SUITE_P(All, BadUrls,
                         testing::Values("", "a", "/mcp", "localhost:8080", "ftp://a/", "http://", "http:///mcp",
                                         "http://:80/", "http://a:/", "http://a:0/", "http://a:65536/", "http://a:8x/",
                                         "http://[::1/", "http://[localhost]/", "http://[::1]x/", "http://::1/",
                                         "http://a b/", "http://a/b c", "http://a/#x", "http://a/\xc3\xa9",
                                         "http://a/\r\nX:", "http://exa%6dple/"));

TEST(Url, DoesNotRepeatAPassword) {
  const auto url = parse_url("http://user:secret@a/");
  ASSERT_FALSE(url);
  EXPECT_EQ(url.error().message.find("secret"), std::string::npos);
}

TEST(ListenAddress, IsHostAndPort) {
  EXPECT_EQ(parse_listen_address("127.0.0.1:8080")->str(), "127.0.0.1:8080");
  EXPECT_EQ(parse_listen_address("[::1]:0")->host, "::1");
  EXPECT_EQ(parse_listen_address("[::1]:0")->str(), "[::1]:0");
  EXPECT_TRUE(parse_listen_address("localhost:9901")->is_loopback());
  EXPECT_FALSE(parse_listen_address("0.0.0.0:80")->is_loopback());
  EXPECT_FALSE(parse_listen_address("[::]:80")->is_loopback());
  for (const char* bad : {"", ":80", "8080", "localhost", "localhost:", "localhost:99999", "::1:80", "a/b:80"}) {
    EXPECT_FALSE(parse_listen_address(bad)) << bad;
  }
}

TEST(ResolveUrl, FollowsReferencesOfAllForms) {
  const Url base = parse_url("http://a.example:8080/b/c/sse?d=e").value();
  const auto resolved = [&](std::string_view reference) {
    const auto url = resolve_url(base, reference);
    return url ? url->str() : "error";
  };
  EXPECT_EQ(resolved("/m?x=1"), "http://a.example:8080/m?x=1");
  EXPECT_EQ(resolved("m?x=/../y"), "http://a.example:8080/b/c/m?x=/../y");
  EXPECT_EQ(resolved("./m"), "http://a.example:8080/b/c/m");
  EXPECT_EQ(resolved("../m"), "http://a.example:8080/b/m");
  EXPECT_EQ(resolved("../../../m/."), "http://a.example:8080/m/");
  EXPECT_EQ(resolved("m/.."), "http://a.example:8080/b/c/");
  EXPECT_EQ(resolved("?x=1"), "http://a.example:8080/b/c/sse?x=1");
  EXPECT_EQ(resolved(""), "http://a.example:8080/b/c/sse?d=e");
  EXPECT_EQ(resolved("#part"), "http://a.example:8080/b/c/sse?d=e");
  EXPECT_EQ(resolved("//b.example/m#part"), "http://b.example/m");
  EXPECT_EQ(resolved("https://b.example/m"), "https://b.example/m");
  EXPECT_EQ(resolved("/a:b"), "http://a.example:8080/a:b");
  EXPECT_EQ(resolve_url(parse_url("https://[::1]/x").value(), "y")->str(), "https://[::1]/y");
}

TEST(ResolveUrl, RefusesWhatIsNoAddress) {
  const Url base = parse_url("http://a.example/sse").value();
  for (const char* bad :
       {"ftp://a.example/", "javascript:alert(1)", "http://", "//", "http://user@a.example/", "/a b", "/a\r\nb"})
    EXPECT_FALSE(resolve_url(base, bad)) << bad;
}

TEST(SameOrigin, IsSchemeHostAndPort) {
  const auto same = [](const char* a, const char* b) { return same_origin(parse_url(a).value(), parse_url(b).value()); };
  EXPECT_TRUE(same("http://a.example/x", "http://A.example:80/y?z"));
  EXPECT_FALSE(same("http://a.example/", "https://a.example/"));
  EXPECT_FALSE(same("http://a.example/", "http://a.example:81/"));
  EXPECT_FALSE(same("http://a.example/", "http://b.example/"));
}

TEST(HostName, LosesSchemePortAndBrackets) {
  EXPECT_EQ(host_name("Localhost:8080"), "localhost");
  EXPECT_EQ(host_name("[::1]:8080"), "::1");
  EXPECT_EQ(host_name("[::1]"), "::1");
  EXPECT_EQ(host_name("::1"), "::1");
  EXPECT_EQ(host_name("https://Example.com:8443"), "example.com");
  EXPECT_EQ(host_name("null"), "null");
  EXPECT_EQ(host_name(""), "");
  EXPECT_EQ(host_name("["), "");
}

TEST(LoopbackName, IsNotFooledByLookalikes) {
  for (const char* yes : {"localhost", "LOCALHOST", "localhost.", "a.localhost", "127.0.0.1", "127.255.1.2", "::1"}) {
    EXPECT_TRUE(is_loopback_name(yes)) << yes;
  }
  for (const char* no : {"", "localhost.evil.com", "127.0.0.1.evil.com", "notlocalhost", "0.0.0.0", "128.0.0.1", "::2",
                         "127.1", "user@localhost"}) {
    EXPECT_FALSE(is_loopback_name(no)) << no;
  }
}

}  // namespace
}  // namespace gatehouse::net
