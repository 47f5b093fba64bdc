#include <gatehouse/identity/certificate_verifier.hpp>

#include <gtest/gtest.h>

#include "src/identity/fake_request.hpp"

namespace gatehouse::identity {
namespace {

const mcp::WallTime kNow{std::chrono::seconds(1'800'000'000)};

net::PeerCertificate worker() {
  net::PeerCertificate one;
  one.thumbprint = "thumb";
  one.subject = "CN=worker,O=Example";
  one.uris = {"spiffe://example/ns/prod/worker"};
  one.dns_names = {"worker.example", "worker"};
  one.not_after = kNow + std::chrono::hours(1);
  return one;
}

/// The principal, or the name of the error's kind with its reason.
struct CertificateVerifierTest : testing::Test {
  std::string judge(const net::PeerCertificate* certificate, mcp::WallTime now = kNow) {
    const Protected place{.path = "/mcp"};
    FakeRequest request(net::Headers{});
    request.certificate = certificate;
    CertificateVerifier verifier(options);
    const auto verdict = *verifier.known({}, {place, request, now, TimePoint()});
    if (!verdict) return std::string(to_string(verdict.error().kind)) + " " + verdict.error().detail;
    who = *verdict;
    return who->subject;
  }
  CertificateOptions options;
  std::shared_ptr<const mcp::Principal> who;
};

TEST_F(CertificateVerifierTest, TheConfiguredNameIsTheSubject) {
  const auto certificate = worker();
  EXPECT_EQ(judge(&certificate), "spiffe://example/ns/prod/worker");
  EXPECT_EQ(who->kind, mcp::PrincipalKind::workload);
  EXPECT_EQ(who->key, mcp::principal_key(kCertificateIssuer, who->subject));
  EXPECT_EQ(who->auth.method, "certificate");
  EXPECT_EQ(who->auth.credential_id, "thumb");
  EXPECT_EQ(who->expires_at, certificate.not_after);
  EXPECT_TRUE(who->roles.empty() && who->scopes.empty()) << "a certificate grants nothing by itself";
  options.name = CertificateName::subject;
  EXPECT_EQ(judge(&certificate), "CN=worker,O=Example");
}

TEST_F(CertificateVerifierTest, OneNameHasToCount) {
  auto certificate = worker();
  options.name = CertificateName::dns;
  EXPECT_EQ(judge(&certificate),
            "invalid_credential certificate thumb (CN=worker,O=Example): it has several names that count");
  options.names = {"*.example"};
  EXPECT_EQ(judge(&certificate), "worker.example");
  options.names = {"*.other"};
  EXPECT_EQ(judge(&certificate),
            "invalid_credential certificate thumb (CN=worker,O=Example): it has no name that counts");
  options.name = CertificateName::uri;
  options.names.clear();
  certificate.uris.clear();
  EXPECT_EQ(judge(&certificate),
            "invalid_credential certificate thumb (CN=worker,O=Example): it has no name that counts");
}

TEST_F(CertificateVerifierTest, GrantsAddUp) {
  options.grants = {
      {.name = "spiffe://example/*", .roles = {"internal"}, .scopes = {"read"}, .tenant = {}},
      {.name = "spiffe://example/ns/prod/*", .roles = {"prod", "internal"}, .scopes = {}, .tenant = "acme"},
      {.name = "spiffe://example/ns/test/*", .roles = {"test"}, .scopes = {"write"}, .tenant = "test"}};
  const auto certificate = worker();
  judge(&certificate);
  EXPECT_EQ(who->roles, (std::vector<std::string>{"internal", "prod"}));
  EXPECT_EQ(who->scopes, (std::vector<std::string>{"read"}));
  EXPECT_EQ(who->tenant, "acme");
}

TEST_F(CertificateVerifierTest, AConnectionOutlivesItsCertificateButTheLoginDoesNot) {
  const auto certificate = worker();
  EXPECT_EQ(judge(&certificate, certificate.not_after), "invalid_credential certificate thumb: expired");
  judge(&certificate);
  EXPECT_TRUE(CertificateVerifier(options).still_good(*who, kNow));
  EXPECT_FALSE(CertificateVerifier(options).still_good(*who, certificate.not_after));
}

// T43, T44
TEST_F(CertificateVerifierTest, WhoWasLetInLeavesWhenHisNameNoLongerCountsOrGivesSomethingElse) {
  options.grants = {{.name = "spiffe://example/*", .roles = {"automation"}, .scopes = {}, .tenant = "acme"}};
  const auto certificate = worker();
  judge(&certificate);
  EXPECT_TRUE(CertificateVerifier(options).still_good(*who, kNow));
  options.grants.front().roles.clear();
  EXPECT_FALSE(CertificateVerifier(options).still_good(*who, kNow));
  options.grants.front().roles = {"automation"};
  options.names = {"spiffe://example/ns/prod/*"};
  EXPECT_TRUE(CertificateVerifier(options).still_good(*who, kNow));
  options.names = {"spiffe://example/ns/test/*"};
  EXPECT_FALSE(CertificateVerifier(options).still_good(*who, kNow));
}

TEST_F(CertificateVerifierTest, WithoutACertificateNobodyIsThere) { EXPECT_EQ(judge(nullptr), "unauthenticated "); }

TEST_F(CertificateVerifierTest, PrincipalsAreMadeOnce) {
  const Protected place{.path = "/mcp"};
  const auto certificate = worker();
  FakeRequest request(net::Headers{});
  request.certificate = &certificate;
  CertificateVerifier verifier(options);
  const Circumstances around{place, request, kNow, TimePoint()};
  EXPECT_EQ(verifier.known({}, around)->value(), verifier.known({}, around)->value());
}

// RS-73
TEST(BoundToCertificate, NeedsTheSameCertificate) {
  const auto certificate = worker();
  FakeRequest request(net::Headers{});
  EXPECT_FALSE(bound_to_certificate(request, "thumb"));
  request.certificate = &certificate;
  EXPECT_TRUE(bound_to_certificate(request, "thumb"));
  EXPECT_FALSE(bound_to_certificate(request, "other"));
  EXPECT_FALSE(bound_to_certificate(request, ""));
}

}  // namespace
}  // namespace gatehouse::identity
