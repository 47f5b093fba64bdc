#include <gatehouse/identity/surroundings.hpp>

#include <gtest/gtest.h>

#include <gatehouse/identity/gatekeeper.hpp>

#include "src/identity/fake_request.hpp"
#include "tests/support/signing_key.hpp"

namespace gatehouse::identity {
namespace {

const std::string kSecret(kMinProxySecret, 's'), kOldSecret(kMinProxySecret, 'o');

/// A proxy at 10.0.0.0/24 that sends a secret.
struct TrustedHeaderTest : testing::Test {
  TrustedHeaderTest() {
    options.from = {*AddressRange::parse("10.0.0.0/24")};
    options.secret_header = "X-Proxy-Secret";
    options.secrets = {kSecret, kOldSecret};
    options.groups = "X-Forwarded-Groups";
    options.roles = "X-Forwarded-Roles";
    options.email = "X-Forwarded-Email";
  }
  std::string judge(net::Headers headers, std::string address = "10.0.0.9",
                    const net::PeerCertificate* certificate = nullptr) {
    FakeRequest request(std::move(headers), std::move(address));
    request.certificate = certificate;
    verifier = std::make_shared<TrustedHeaderVerifier>(options);
    std::shared_ptr<CertificateVerifier> certificates;
    if (with_certificates) certificates = std::make_shared<CertificateVerifier>(CertificateOptions{});
    Gatekeeper gate(
        {.path = "/mcp"},
        {.api_keys = {}, .tokens = {}, .surroundings = std::make_shared<Surroundings>(verifier, certificates)});
    const auto verdict = *gate.known(request);
    if (!verdict) return std::string(to_string(verdict.error().kind));
    who = *verdict;
    EXPECT_TRUE(gate.still_good(*who, {}));
    return who->subject;
  }
  TrustedHeaderOptions options;
  bool with_certificates = false;
  std::shared_ptr<TrustedHeaderVerifier> verifier;
  std::shared_ptr<const mcp::Principal> who;
};

TEST_F(TrustedHeaderTest, ABelievedProxyNamesItsUser) {
  EXPECT_EQ(judge({{"X-Proxy-Secret", kSecret},
                   {"x-forwarded-user", "ann"},
                   {"X-Forwarded-Groups", "staff, , dev"},
                   {"X-Forwarded-Roles", "analyst"},
                   {"X-Forwarded-Email", "ann@example.com"}}),
            "ann");
  EXPECT_EQ(who->kind, mcp::PrincipalKind::human);
  EXPECT_EQ(who->issuer, "gatehouse:proxy");
  EXPECT_EQ(who->key, mcp::principal_key("gatehouse:proxy", "ann"));
  EXPECT_EQ(who->groups, (std::vector<std::string>{"staff", "dev"}));
  EXPECT_EQ(who->roles, (std::vector<std::string>{"analyst"}));
  EXPECT_EQ(who->claims.text("email"), "ann@example.com");
  EXPECT_EQ(judge({{"X-Proxy-Secret", kOldSecret}, {"X-Forwarded-User", "ann"}}), "ann");
}

// T18
TEST_F(TrustedHeaderTest, OthersAreIgnoredAndCounted) {
  const net::Headers good = {{"X-Proxy-Secret", kSecret}, {"X-Forwarded-User", "root"}};
  EXPECT_EQ(judge(good, "10.0.1.9"), "unauthenticated") << "another network";
  EXPECT_EQ(verifier->counters().ignored, 1u);
  EXPECT_EQ(judge(good, "2001:db8::1"), "unauthenticated");
  EXPECT_EQ(judge({{"X-Forwarded-User", "root"}}), "unauthenticated") << "no proof";
  EXPECT_EQ(judge({{"X-Proxy-Secret", ""}, {"X-Forwarded-User", "root"}}), "unauthenticated");
  EXPECT_EQ(judge({{"X-Proxy-Secret", kSecret.substr(1)}, {"X-Forwarded-User", "root"}}), "unauthenticated");
  const std::string wrong(kMinProxySecret, 'x');
  EXPECT_EQ(judge({{"X-Proxy-Secret", wrong}, {"X-Forwarded-User", "root"}}), "unauthenticated");
  EXPECT_EQ(verifier->counters().ignored, 1u);
  EXPECT_EQ(verifier->counters().accepted, 0u);
}

TEST_F(TrustedHeaderTest, ANetworkAloneIsNoProof) {
  options.secrets.clear();
  EXPECT_EQ(judge({{"X-Forwarded-User", "root"}}), "unauthenticated");
}

TEST_F(TrustedHeaderTest, ACertificateIsAProof) {
  options.secrets.clear();
  options.certificates = {"proxy"};
  net::PeerCertificate proxy, other;
  proxy.thumbprint = "proxy";
  other.thumbprint = "other";
  const net::Headers headers = {{"X-Forwarded-User", "ann"}};
  EXPECT_EQ(judge(headers, "10.0.0.9", &proxy), "ann");
  EXPECT_EQ(judge(headers, "10.0.0.9", &other), "unauthenticated");
  EXPECT_EQ(judge(headers), "unauthenticated");
  options.secrets = {kSecret};
  EXPECT_EQ(judge(headers, "10.0.0.9", &proxy), "unauthenticated") << "both proofs are configured";
}

/// What a proxy says about a request, signed.
struct ProxyAssertionTest : testing::Test {
  [[nodiscard]] std::string token(const test::SigningKey& with, std::string_view user = "ann", int lifetime = 60,
                                  std::string_view audience = "gw", std::string_view id = "1") const {
    return with.token_of(R"({"alg":"ES256","kid":"k1"})", json::Value::object({{"iss", "proxy"},
                                                                               {"aud", audience},
                                                                               {"sub", user},
                                                                               {"jti", id},
                                                                               {"iat", 1'000'000},
                                                                               {"exp", 1'000'000 + lifetime}})
                                                              .str());
  }
  std::string objection(const std::string& text, std::string_view user = "ann", int at = 1'000'001) {
    return std::string(assertions.objection(text, user, jose::Time(std::chrono::seconds(at))));
  }
  const test::SigningKey key = test::SigningKey::generate(jose::Algorithm::es256);
  ProxyAssertions assertions{{.header = "X-Assertion",
                              .keys = *jose::KeySet::parse(test::jwks({key.jwk()})),
                              .issuer = "proxy",
                              .audience = "gw"}};
};

TEST_F(ProxyAssertionTest, SaysOnceWhoItIs) {
  const std::string text = token(key);
  EXPECT_EQ(objection(text), "");
  EXPECT_EQ(objection(text), "was used before");
  EXPECT_EQ(objection(token(key, "ann", 60, "gw", "2")), "");
}

TEST_F(ProxyAssertionTest, IsForThisUserAndUsAndAMinute) {
  EXPECT_EQ(objection(token(key), "root"), "names somebody else");
  EXPECT_EQ(objection(token(key, "ann", 60, "other")), "wrong_audience");
  EXPECT_EQ(objection(token(key, "ann", 3600)), "lives too long");
  EXPECT_EQ(objection(token(key), "ann", 1'000'100), "expired");
  EXPECT_EQ(objection(token(key, "ann", 60, "gw", "")), "has no jti");
  EXPECT_EQ(objection(token(test::SigningKey::generate(jose::Algorithm::es256))), "bad_signature");
  EXPECT_EQ(objection("nonsense"), "not_signed_token");
}

TEST_F(TrustedHeaderTest, AnAssertionIsAProof) {
  const auto key = test::SigningKey::generate(jose::Algorithm::es256);
  options.secrets.clear();
  options.assertion = {.header = "X-Assertion",
                       .keys = *jose::KeySet::parse(test::jwks({key.jwk()})),
                       .issuer = "proxy",
                       .audience = "gw"};
  const auto now =
      std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
  const std::string text =
      key.token_of(R"({"alg":"ES256","kid":"k1"})",
                   json::Value::object(
                       {{"iss", "proxy"}, {"aud", "gw"}, {"sub", "ann"}, {"jti", "1"}, {"iat", now}, {"exp", now + 50}})
                       .str());
  EXPECT_EQ(judge({{"X-Assertion", text}, {"X-Forwarded-User", "ann"}}), "ann");
  EXPECT_EQ(judge({{"X-Assertion", text}, {"X-Forwarded-User", "root"}}), "unauthenticated");
  EXPECT_EQ(judge({{"X-Assertion", text}, {"X-Forwarded-User", "ann"}}, "10.0.1.9"), "unauthenticated");
  EXPECT_EQ(judge({{"X-Forwarded-User", "ann"}}), "unauthenticated");
}

TEST_F(TrustedHeaderTest, WhatIsAmbiguousIsRefused) {
  EXPECT_EQ(judge({{"X-Proxy-Secret", kSecret}, {"X-Forwarded-User", "ann"}, {"X-Forwarded-User", "root"}}),
            "invalid_credential");
  EXPECT_EQ(judge({{"X-Proxy-Secret", kSecret},
                   {"X-Forwarded-User", "ann"},
                   {"X-Forwarded-Roles", "a"},
                   {"X-Forwarded-Roles", "admin"}}),
            "invalid_credential");
  const std::string huge(options.max_value_bytes + 1, 'a');
  EXPECT_EQ(judge({{"X-Proxy-Secret", kSecret}, {"X-Forwarded-User", huge}}), "invalid_credential");
  EXPECT_EQ(judge({{"X-Proxy-Secret", kSecret}, {"X-Forwarded-User", " "}}), "unauthenticated");
  EXPECT_EQ(judge({{"X-Proxy-Secret", kSecret}}), "unauthenticated");
}

// RS-42, T15
TEST_F(TrustedHeaderTest, AUserAndACredentialAreTwo) {
  const net::Headers both = {
      {"X-Proxy-Secret", kSecret}, {"X-Forwarded-User", "ann"}, {"Authorization", "Bearer gatek_live_x"}};
  EXPECT_EQ(judge(both), "bad_credential_form");
  EXPECT_EQ(judge(both, "10.0.1.9"), "invalid_credential") << "from anybody else the header is nothing";
  net::Headers with_an_empty_one = both;
  with_an_empty_one.insert(with_an_empty_one.begin(), {"X-Forwarded-User", ""});
  EXPECT_EQ(judge(with_an_empty_one), "bad_credential_form") << "an empty one in front hides nothing";
}

TEST_F(TrustedHeaderTest, TheProxysCertificateIsNotItsUsers) {
  with_certificates = true;
  net::PeerCertificate certificate;
  certificate.thumbprint = "t";
  certificate.uris = {"spiffe://example/proxy"};
  certificate.not_after = mcp::WallTime::max();
  EXPECT_EQ(judge({{"X-Proxy-Secret", kSecret}, {"X-Forwarded-User", "ann"}}, "10.0.0.9", &certificate), "ann");
  EXPECT_EQ(judge({{"X-Proxy-Secret", kSecret}}, "10.0.0.9", &certificate), "unauthenticated");
  EXPECT_EQ(judge({{"X-Forwarded-User", "ann"}}, "192.0.2.1", &certificate), "spiffe://example/proxy");
}

// T44: a stream that began before there was `auth`, or with something else that is not accepted any more, ends.
TEST_F(TrustedHeaderTest, NobodyElseStays) {
  judge({{"X-Proxy-Secret", kSecret}, {"X-Forwarded-User", "ann"}});
  const auto certificates = std::make_shared<CertificateVerifier>(CertificateOptions{});
  const Surroundings both(verifier, certificates);
  EXPECT_TRUE(both.still_good(*who, {}));
  EXPECT_FALSE(both.still_good(*mcp::anonymous(), {}));
  EXPECT_FALSE(Surroundings(nullptr, certificates).still_good(*who, {}));
  options.issuer = "gatehouse:elsewhere";
  EXPECT_FALSE(Surroundings(std::make_shared<TrustedHeaderVerifier>(options), nullptr).still_good(*who, {}));
}

TEST_F(TrustedHeaderTest, PrincipalsAreMadeOnce) {
  const Protected place{.path = "/mcp"};
  TrustedHeaderVerifier one(options);
  const FakeRequest ann(net::Headers{{"X-Proxy-Secret", kSecret}, {"X-Forwarded-User", "ann"}}, "10.0.0.9");
  const FakeRequest admin(
      net::Headers{{"X-Proxy-Secret", kSecret}, {"X-Forwarded-User", "ann"}, {"X-Forwarded-Roles", "admin"}},
      "10.0.0.9");
  const auto ask = [&](const FakeRequest& request) { return one.known({}, {place, request, {}, {}})->value(); };
  EXPECT_EQ(ask(ann), ask(ann));
  EXPECT_NE(ask(ann), ask(admin));
}

}  // namespace
}  // namespace gatehouse::identity
