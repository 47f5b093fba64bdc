#include <gtest/gtest.h>

#include "gateway/config/load.hpp"

namespace gatehouse::config {
namespace {

/// All problems, one a line, without the file.
std::string problems(std::string_view text) {
  const auto loaded = load_text(text, "t");
  if (loaded) return "";
  std::string all;
  for (const Problem& problem : loaded.error()) all += problem.key + ": " + problem.message + "\n";
  return all;
}

Config load(std::string_view text) {
  const auto loaded = load_text(text, "dir/t.yaml");
  if (!loaded) ADD_FAILURE() << loaded.error().front().str();
  return loaded ? loaded->config : Config{};
}

constexpr std::string_view kTls =
    "tls: { certificate: a.pem, key: a.key, client_certificates: request, client_ca: ca.pem }\n";
constexpr std::string_view kSecret = "0123456789abcdef0123456789abcdef";

TEST(Credentials, NothingIsNeededByDefault) {
  EXPECT_FALSE(load("").auth.needed());
  EXPECT_FALSE(load("").tls);
}

// Half a configuration must not be taken for none.
TEST(Credentials, AnEmptySectionDoesNotLetEverybodyIn) {
  for (const char* const text : {"auth: {}", "auth:", "auth: { issuers: [] }"})
    EXPECT_TRUE(problems(text).starts_with("auth: says no way to find out who somebody is")) << text << problems(text);
}

TEST(Credentials, FilesStandBesideTheConfiguration) {
  const Config config = load("auth: { api_keys: { file: keys.yaml } }\n" + std::string(kTls));
  EXPECT_TRUE(config.auth.needed());
  EXPECT_EQ(config.auth.api_keys->file, "dir/keys.yaml");
  EXPECT_EQ(config.tls->certificate, "dir/a.pem");
  EXPECT_EQ(config.tls->client_ca, "dir/ca.pem");
}

TEST(Credentials, KeysNeedAFileAndPeppersALength) {
  EXPECT_EQ(problems("auth: { api_keys: {} }"), "auth.api_keys.file: names no file\n");
  EXPECT_EQ(problems("auth: { api_keys: { file: k, peppers: [short] } }"),
            "auth.api_keys.peppers[0]: needs at least 32 characters\n");
  EXPECT_EQ(problems("auth: { api_keys: { file: k, max_lifetime: 1s } }").substr(0, 44),
            "auth.api_keys.max_lifetime: '1s' is out of r");
}

TEST(Credentials, CertificatesNeedATlsThatAsksForThem) {
  EXPECT_EQ(problems("auth: { certificates: {} }"),
            "auth.certificates: needs 'tls' with 'client_certificates: request' or 'require'\n");
  EXPECT_EQ(problems(std::string(kTls) + "auth: { certificates: { grants: [{ roles: [a] }] } }"),
            "auth.certificates.grants[0].name: is missing\n");
  const Config config =
      load(std::string(kTls) + "auth: { certificates: { subject: dns, grants: [{ name: 'a*', roles: [r] }] } }");
  EXPECT_EQ(config.auth.certificates->subject, identity::CertificateName::dns);
  EXPECT_EQ(config.auth.certificates->grants.at(0).roles, std::vector<std::string>{"r"});
}

TEST(Credentials, TlsIsWhole) {
  EXPECT_EQ(problems("tls: { certificate: a }"), "tls.key: names no file\n");
  EXPECT_EQ(problems("tls: { certificate: a, key: b, client_certificates: require }"),
            "tls.client_ca: names no file\n");
  EXPECT_EQ(problems("tls: { certificate: a, key: b, client_ca: c }"),
            "tls.client_ca: means nothing unless clients are asked for certificates: see 'client_certificates'\n");
}

// T18: an address is no proof.
TEST(Credentials, AProxyNeedsANetworkAndAProof) {
  const std::string secret(kSecret);
  EXPECT_EQ(problems("auth: { proxy: { from: [10.0.0.0/8] } }"),
            "auth.proxy: an address is no proof: set 'secrets', 'certificates' or 'assertion', too\n");
  EXPECT_EQ(problems("auth: { proxy: { secrets: [" + secret + "] } }"),
            "auth.proxy.from: is missing: which network is the proxy in?\n");
  EXPECT_EQ(problems("auth: { proxy: { from: [10.0.0.1/8], secrets: [short] } }"),
            "auth.proxy.from[0]: must be a network like 10.0.0.0/24 or 2001:db8::/32\n"
            "auth.proxy.secrets[0]: needs at least 32 characters\n");
  EXPECT_EQ(problems("auth: { proxy: { from: [10.0.0.0/8], certificates: [x] } }"),
            "auth.proxy.certificates[0]: must be a SHA-256 thumbprint in base64url: 43 characters\n"
            "auth.proxy.certificates: needs 'tls' with 'client_certificates: request' or 'require'\n");
  EXPECT_EQ(problems("auth: { proxy: { from: [10.0.0.0/8], secrets: [" + secret + "] } }"), "");
}

TEST(Credentials, AnAssertionNeedsKeys) {
  const std::string start =
      "auth: { proxy: { from: [10.0.0.0/8], assertion: { header: X-A, issuer: p, audience: g, keys: ";
  EXPECT_TRUE(problems(start + "'nonsense' } } }").starts_with("auth.proxy.assertion.keys: is no JWK set: "));
  EXPECT_EQ(problems(start + "'{\"keys\":[]}' } } }"), "auth.proxy.assertion.keys: has no key in it\n");
  const std::string key =
      R"('{"keys":[{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}')";
  EXPECT_EQ(problems(start + key + " } } }"), "");
}

TEST(Credentials, HeadersOfAProxyHaveOneMeaningEach) {
  const std::string proxy = "from: [::1], secrets: [" + std::string(kSecret) + "]";
  EXPECT_EQ(problems("auth: { proxy: { " + proxy + ", user: Authorization } }"),
            "auth.proxy.user: is a header that has another meaning already\n");
  EXPECT_EQ(problems("auth: { proxy: { " + proxy + ", groups: x-forwarded-user } }"),
            "auth.proxy.groups: is a header that has another meaning already\n");
  EXPECT_EQ(problems("auth: { proxy: { " + proxy + ", user: 'a b' } }"),
            "auth.proxy.user: must be the name of a header\n");
}

TEST(Credentials, SecretsAreNotShown) {
  const std::string text = to_yaml(load("auth:\n  api_keys: { file: k, peppers: [" + std::string(kSecret) +
                                        "] }\n  proxy: { from: [::1], secrets: [" + std::string(kSecret) + "] }"));
  EXPECT_FALSE(text.contains(kSecret)) << text;
  EXPECT_TRUE(text.contains("from: [\"::1\"]")) << text;
}

// RS-7, RS-32
TEST(Credentials, ScopesOfEndpointsAreScopesOfServers) {
  EXPECT_EQ(problems("endpoints: [{ path: /mcp, scopes: [a.read, 'b:c/d'] }]"), "");
  EXPECT_TRUE(problems("endpoints: [{ path: /mcp, scopes: [offline_access] }]")
                  .starts_with("endpoints[0].scopes[0]: is a matter of clients"));
  for (const std::string scope : {"", "a b", "a\\\"b", "\\u00e4"})
    EXPECT_EQ(problems("endpoints: [{ path: /mcp, scopes: [ok, \"" + scope + "\"] }]"),
              "endpoints[0].scopes[1]: is no scope: printable ASCII without spaces, \" and \\\n")
        << scope;
}

// T3: whoever a proxy names is nobody whom Gatehouse knows from elsewhere.
TEST(Credentials, IssuersDoNotPassForGatehouseItself) {
  const std::string proxy = "auth: { proxy: { from: [10.0.0.0/24], secrets: [" + std::string(kSecret) + "], issuer: ";
  EXPECT_EQ(problems(proxy + "'gatehouse:proxy' } }"), "");
  EXPECT_EQ(problems(proxy + "'https://sso.example' } }"), "");
  for (const std::string name : {"gatehouse:api-keys", "gatehouse:certificates", "gatehouse:"})
    EXPECT_EQ(problems(proxy + "'" + name + "' } }"),
              "auth.proxy.issuer: is taken: names that begin with 'gatehouse:' are Gatehouse's own\n");
  EXPECT_TRUE(problems("auth: { issuers: [{ issuer: 'gatehouse:api-keys', discovery: static, jwks_uri: "
                       "'https://idp.example/keys' }] }")
                  .starts_with("auth.issuers[0].issuer: is taken"));
}

// T49
TEST(Credentials, SecretsThatAreOneTextAreNotShownEither) {
  const std::string text =
      to_yaml(load("auth: { issuers: [{ issuer: 'https://idp.example', introspection: { endpoint: "
                   "'https://idp.example/?key=hidden', "
                   "client_id: gw, client_secret: " +
                   std::string(kSecret) + " } }] }"));
  EXPECT_FALSE(text.contains(kSecret)) << text;
  EXPECT_TRUE(text.contains("client_secret: \"***\"")) << text;
  EXPECT_TRUE(text.contains("endpoint: \"https://idp.example/?key=***\"")) << text;
}

// RS-50
TEST(Credentials, TheAddressThatTokensAreForIsHttps) {
  const std::string issuers = "auth: { issuers: [{ issuer: 'https://idp.example' }] }\n";
  EXPECT_TRUE(problems(issuers + "public_url: http://gw.example").contains("public_url: must be https"));
  EXPECT_EQ(problems(issuers + "public_url: https://gw.example"), "");
  EXPECT_EQ(problems(issuers + "public_url: http://localhost:8080"), "");
  EXPECT_EQ(problems(issuers + "public_url: https://gw.example/base/"), "");
  EXPECT_EQ(problems("public_url: 'https://gw.example/b?x=/'"), "public_url: must not have a query\n");
  for (const char* const path : {"//a", "/a/../b", "/a/./b", "/a/.."})
    EXPECT_TRUE(problems(std::string("public_url: https://gw.example") + path).contains("clients write it without"))
        << path;
}

TEST(Credentials, WhatIsRememberedIsForOperatorsToSay) {
  const std::string issuer =
      "{ issuer: 'https://idp.example', keys: { search_interval: 5s, max_stale: 2h }, introspection: "
      "{ client_id: gw, client_secret: s, max_in_flight: 8, assumed_lifetime: 10m } }";
  const Config config = load("public_url: https://gw.example\nauth: { api_keys: { file: k, max_known: 7 }, issuers: [" +
                             issuer + "], tokens: { max_accepted: 50, accepted_ttl: 5s, failure_burst: 3, " +
                             "max_lifetime: 12h, max_logouts: 9 } }");
  const TokenIssuer& one = config.auth.issuers.at(0);
  EXPECT_EQ(one.options().keys.search_interval, std::chrono::seconds(5));
  EXPECT_EQ(one.options().keys.max_stale, std::chrono::hours(2));
  EXPECT_EQ(one.options().keys.min_refresh, identity::KeyOptions().min_refresh);
  EXPECT_EQ(one.introspection_options().max_in_flight, 8u);
  EXPECT_EQ(one.introspection_options().assumed_lifetime, std::chrono::minutes(10));
  EXPECT_EQ(config.auth.api_keys->max_known, 7u);
  EXPECT_EQ(config.auth.tokens.verifier_options().max_accepted, 50u);
  EXPECT_EQ(config.auth.tokens.verifier_options().accepted_ttl, std::chrono::seconds(5));
  EXPECT_EQ(config.auth.tokens.budget_options().burst, 3u);
  EXPECT_EQ(config.auth.tokens.logout_options().max_lifetime, std::chrono::hours(12));
  EXPECT_EQ(config.auth.tokens.logout_options().max_remembered, 9u);
}

TEST(Credentials, WithoutAWordTheLibrarysDefaultsHold) {
  EXPECT_EQ(IssuerKeys().options(), identity::KeyOptions());
  EXPECT_EQ(Tokens().verifier_options().accepted_ttl, identity::TokenVerifierOptions().accepted_ttl);
  EXPECT_EQ(Tokens().logout_options().max_lifetime, identity::LogoutOptions().max_lifetime);
  EXPECT_EQ(Tokens().budget_options().per_second, identity::FailureBudgetOptions().per_second);
}

TEST(Credentials, SettingsThatContradictEachOtherAreRefused) {
  const std::string begin = "public_url: https://gw.example\nauth: { issuers: [{ issuer: 'https://idp.example', ";
  EXPECT_EQ(problems(begin + "keys: { min_refresh: 2d } }] }"),
            "auth.issuers[0].keys.min_refresh: is longer than 'max_refresh'\n");
  EXPECT_EQ(problems(begin + "keys: { max_retry: 500ms } }] }"),
            "auth.issuers[0].keys.min_retry: is longer than 'max_retry'\n");
  EXPECT_EQ(problems("auth: { tokens: { accepted_ttl: 5s } }"),
            "auth.tokens: is about nothing: there are no 'issuers' whose tokens are accepted\n");
}

TEST(Credentials, PasswordsInAddressesOfIssuersAreNotRepeated) {
  const std::string all = problems("auth: { issuers: [{ issuer: 'https://me:s3cret@idp.example' }] }");
  EXPECT_TRUE(all.contains("user name or password")) << all;
  EXPECT_FALSE(all.contains("s3cret")) << all;
}

}  // namespace
}  // namespace gatehouse::config
