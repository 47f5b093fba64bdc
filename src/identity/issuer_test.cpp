#include <gatehouse/identity/issuer.hpp>

#include <filesystem>

#include <unistd.h>

#include <gatehouse/base/task_group.hpp>

#include "src/identity/fake_issuer_test.hpp"
#include "src/net/certificate_test_support.hpp"

namespace gatehouse::identity::test {
namespace {

using std::string;

class IssuerTest : public TokenTest {
 protected:
  [[nodiscard]] string signed_by(const SigningKey& key, std::string_view kid, std::string_view sub = "ann") const {
    Value all = claims();
    all.set("sub", sub);
    return key.token(all, kid);
  }
  /// How long to wait before the next try; zero: it was not about that.
  Task<Milliseconds> told_to_wait(string token) {
    const auto verdict = co_await present(std::move(token));
    const bool is_unavailable = !verdict && verdict.error().kind == Kind::verifier_unavailable;
    EXPECT_TRUE(is_unavailable);
    EXPECT_TRUE(verdict || verdict.error().challenge.empty());
    co_return is_unavailable ? verdict.error().retry.after : 0ms;
  }

  Task<void> unannounced_rotation() {
    co_await expect(token(), "ok ann");
    publish({another_key().jwk("k2")});
    co_await expect(signed_by(another_key(), "k2", "bob"), "ok bob");
    EXPECT_EQ(asked("/keys"), 2);
    co_await expect(token(), "invalid_credential unknown_key, issuer corp");  // remembered, but its key is gone
    EXPECT_EQ(asked("/keys"), 2);
  }
  Task<void> flood() {
    co_await expect(token(), "ok ann");
    int unknown = 0, unavailable = 0;
    for (int second = 0; second < 100; ++second) {
      for (int i = 0; i < 100; ++i) {
        const string kid = "kid-" + std::to_string(second * 100 + i);
        const string verdict = co_await judged(signed_by(another_key(), kid));
        ++(verdict.starts_with("invalid_credential unknown_key") ? unknown : unavailable);
      }
      time_.pass(1s);
      co_await loop_.sleep(0ms);  // unoptimised builds stack up what goes on at once
    }
    EXPECT_EQ(unknown, 4);
    EXPECT_EQ(unavailable, 9'996);
    EXPECT_EQ(asked("/keys"), 1 + 4);
    EXPECT_LE(verifier_->remembered(), 5u);
    co_await expect(signed_by(a_key(), "k1", "bob"), "ok bob");
  }
  Task<void> asked_again() {
    co_await expect(token(), "ok ann");
    const string unknown = signed_by(another_key(), "k2");
    co_await expect(unknown, "invalid_credential unknown_key, issuer corp");
    time_.pass(31s);
    co_await expect(unknown, "invalid_credential unknown_key, issuer corp");
    EXPECT_EQ(asked("/keys"), 2);
    time_.pass(30s);
    publish({a_key().jwk(), another_key().jwk("k2")});
    co_await expect(unknown, "ok ann");
    EXPECT_EQ(asked("/keys"), 3);
  }
  Task<void> outage() {
    co_await expect(token(), "ok ann");
    const auto kept = std::exchange(pages_.pages, {});
    time_.pass(2h);  // a refresh would have been due
    issuer_->refresh_if_due();
    co_await expect(signed_by(a_key(), "k1", "bob"), "ok bob");
    const auto wait = co_await told_to_wait(signed_by(another_key(), "k2"));
    EXPECT_EQ(wait, 1s);
    EXPECT_FALSE(issuer_->failure().empty());
    time_.pass(22h);
    co_await expect(signed_by(a_key(), "k1", "eve"), "ok eve");
    time_.pass(2h);  // older than max_stale
    (void)co_await told_to_wait(signed_by(a_key(), "k1", "dan"));
    pages_.pages = kept;
    time_.pass(31s);
    co_await expect(signed_by(a_key(), "k1", "dan"), "ok dan");
  }
  Task<void> never_there() {
    pages_.pages.clear();
    const auto first = co_await told_to_wait(token());
    EXPECT_EQ(first, 1s);
    const auto second = co_await told_to_wait(token());
    EXPECT_EQ(second, 1s);
    EXPECT_EQ(asked("/realms/a/.well-known/openid-configuration"), 1);
    time_.pass(1s);
    const auto third = co_await told_to_wait(token());
    EXPECT_EQ(third, 2s);
    EXPECT_EQ(asked("/realms/a/.well-known/openid-configuration"), 2);
    publish({a_key().jwk()});
    time_.pass(2s);
    co_await expect(token(), "ok ann");
  }
  Task<void> one_fetch_for_many() {
    TaskGroup group;
    for (int i = 0; i < 20; ++i)
      group.spawn(expect(signed_by(a_key(), "k1", std::to_string(i)), "ok " + std::to_string(i)));
    co_await group.join();
    EXPECT_EQ(asked("/keys"), 1);
    publish({a_key().jwk(), another_key().jwk("k2")});
    for (int i = 0; i < 20; ++i)
      group.spawn(expect(signed_by(another_key(), "k2", std::to_string(i)), "ok " + std::to_string(i)));
    co_await group.join();
    EXPECT_EQ(asked("/keys"), 2);
    EXPECT_EQ(issuer_->counters().searches, 1u);
  }
  Task<void> fails_with(string part) {
    const auto verdict = co_await present(token());
    EXPECT_FALSE(verdict);
    EXPECT_THAT(verdict ? string() : verdict.error().detail, testing::HasSubstr(part));
  }
  Task<void> second_issuer() {
    co_await expect(token(), "ok ann");
    Value of_b = claims();
    of_b.set("iss", origin_ + "/realms/b");
    co_await expect(a_key().token(of_b), "invalid_credential bad_signature, issuer b");
    co_await expect(another_key().token(of_b), "ok ann");
    co_await expect(another_key().token(claims()), "invalid_credential bad_signature, issuer corp");
  }
  Task<void> over_tls(net::HttpServer& server, string of_trusting) {
    const auto refused = co_await present(token());
    EXPECT_EQ(refused ? Kind::internal : refused.error().kind, Kind::verifier_unavailable);
    EXPECT_EQ(asked("/keys"), 0);
    co_await expect(std::move(of_trusting), "ok ann");
    co_await server.stop(Milliseconds{0});
  }
  Task<void> stopped() {
    TaskGroup group;
    group.spawn(expect(token(), "verifier_unavailable issuer corp: "));
    co_await issuer_->stop();
    co_await group.join();
  }
  void discovered_at(Discovery discovery, std::string_view path) {
    options_.discovery = discovery;
    begin();
    pages_.pages[string(path)] = pages_.pages["/realms/a/.well-known/openid-configuration"];
    if (discovery == Discovery::rfc8414) pages_.pages.erase("/realms/a/.well-known/openid-configuration");
    run(expect(token(), "ok ann"));
    EXPECT_EQ(asked(string(path)), 1);
  }
};

TEST_F(IssuerTest, T10GetsNewKeysWhenTheyAreFirstUsed) { begin(), run(unannounced_rotation()); }
TEST_F(IssuerTest, T9AsksOnceInThirtySecondsWhateverKeysAreNamed) { begin(), run(flood()); }
TEST_F(IssuerTest, AsksForAMissingKeyAgainAfterAMinute) { begin(), run(asked_again()); }
TEST_F(IssuerTest, T11GoesOnWithOldKeysForADay) { begin(), run(outage()); }
TEST_F(IssuerTest, T11SaysThatNothingIsKnownBeforeTheFirstKeys) { begin(), run(never_there()); }
TEST_F(IssuerTest, FetchesOnceForAllWhoWait) { begin(), run(one_fetch_for_many()); }
TEST_F(IssuerTest, LetsWaitersGoWhenItStops) { begin(), run(stopped()); }

TEST_F(IssuerTest, IsDiscoveredInBothWays) {
  discovered_at(Discovery::oidc, "/realms/a/.well-known/openid-configuration");
}
TEST_F(IssuerTest, IsDiscoveredAsAnAuthorizationServer) {
  discovered_at(Discovery::rfc8414, "/.well-known/oauth-authorization-server/realms/a");
}

TEST_F(IssuerTest, MayHaveKeysWithoutDiscovery) {
  options_.discovery = Discovery::fixed;
  options_.jwks = gatehouse::test::jwks({a_key().jwk()});
  begin();
  run(expect_all(
      {{token(), "ok ann"}, {another_key().token(claims(), "k2"), "invalid_credential unknown_key, issuer corp"}}));
  EXPECT_TRUE(pages_.asked.empty());
}
TEST_F(IssuerTest, MayHaveAUrlOfKeysWithoutDiscovery) {
  options_.discovery = Discovery::fixed;
  options_.jwks_uri = origin_ + "/keys";
  begin();
  run(expect(token(), "ok ann"));
  EXPECT_EQ(pages_.asked.size(), 1u);
}

TEST_F(IssuerTest, T3KeepsTheKeysOfTenantsApart) {
  IssuerOptions other = options_;
  other.id = "b";
  other.issuer = origin_ + "/realms/b";
  other.discovery = Discovery::fixed;
  other.jwks = gatehouse::test::jwks({another_key().jwk()});  // the same kid
  issuers_.push_back(std::make_shared<Issuer>(loop_, outbound_, other, time_));
  begin(), run(second_issuer());
}

TEST_F(IssuerTest, T3RefusesMetadataOfAnotherIssuer) {
  publish({a_key().jwk()}, options_.issuer + "/");
  begin(), run(fails_with("another issuer"));
}
TEST_F(IssuerTest, FollowsNoRedirect) {
  pages_.pages["/elsewhere"] = pages_.pages["/keys"];
  pages_.pages["/keys"] = {.status = 302, .location = origin_ + "/elsewhere"};
  begin(), run(fails_with("status 302"));
  EXPECT_EQ(asked("/elsewhere"), 0);
}
TEST_F(IssuerTest, TakesNoKeysThatAreNoJson) {
  pages_.pages["/keys"].type = "text/html";
  begin(), run(fails_with("Content-Type"));
}
TEST_F(IssuerTest, TakesNoEndlessKeys) {
  pages_.pages["/keys"].body.append(70'000, ' ');
  begin(), run(fails_with("/keys"));
}
TEST_F(IssuerTest, AsksNoPrivateAddressThatOthersNamed) {
  pages_.pages["/realms/a/.well-known/openid-configuration"].body =
      Value::object({{"issuer", options_.issuer}, {"jwks_uri", "https://10.0.0.1/keys"}}).str();
  begin(), run(fails_with("not a public one"));
}
TEST_F(IssuerTest, AsksNobodyWithoutTls) {
  pages_.pages["/realms/a/.well-known/openid-configuration"].body =
      Value::object({{"issuer", options_.issuer}, {"jwks_uri", "http://keys.example/keys"}}).str();
  begin(), run(fails_with("only https"));
}
TEST_F(IssuerTest, BelievesTheAuthoritiesOfItsConfigurationOnly) {
  net::test::TestCertificate authority({.name = "ca", .is_authority = true});
  net::test::TestCertificate own({.name = "localhost", .alternative_names = "DNS:localhost"}, &authority);
  const string folder = testing::TempDir() + "issuer_test_" + std::to_string(::getpid());
  authority.write(folder + "_ca.pem");
  own.write(folder + "_own.pem", folder + "_key.pem");
  net::HttpServerOptions with_tls;
  with_tls.tls = {.certificate_file = folder + "_own.pem", .key_file = folder + "_key.pem"};
  net::HttpServer server(loop_, pages_, with_tls);
  const auto bound = server.listen({"127.0.0.1", 0});
  ASSERT_TRUE(bound);
  options_.discovery = Discovery::fixed;
  options_.jwks_uri = "https://localhost:" + std::to_string(bound->port) + "/keys";
  begin();
  IssuerOptions trusting = options_;
  trusting.id = "trusting";
  trusting.issuer += "/trusting";
  trusting.ca_file = folder + "_ca.pem";
  issuers_.push_back(std::make_shared<Issuer>(loop_, outbound_, trusting, time_));
  verifier_ = std::make_unique<TokenVerifier>(TokenVerifierOptions{}, issuers_, nullptr, denied_, budget_);
  run(over_tls(server, token_with("iss", trusting.issuer)));
  for (const char* name : {"_ca.pem", "_own.pem", "_key.pem"}) std::filesystem::remove(folder + name);
}
TEST_F(IssuerTest, ReportsKeysThatCannotBeUsed) {
  publish({Value::object({{"kty", "oct"}, {"k", "c2VjcmV0"}, {"kid", "secret"}}), a_key().jwk()});
  begin(), run(expect(token(), "ok ann"));
  ASSERT_EQ(issuer_->problems().size(), 1u);
  EXPECT_EQ(issuer_->problems()[0].kid, "secret");
}

TEST(IssuerOptions, AreChecked) {
  const auto wrong = [](IssuerOptions options) {
    const auto checked = Issuer::check(options);
    return checked ? string("fine") : checked.error().message;
  };
  EXPECT_EQ(wrong({.id = "a", .issuer = "https://idp.example"}), "fine");
  EXPECT_THAT(wrong({.id = "a", .issuer = "https://idp.example", .audiences = {"api"}}),
              testing::HasSubstr("audience"));
  EXPECT_THAT(wrong({.id = "a"}), testing::HasSubstr("'a'"));
  EXPECT_THAT(wrong({.id = "a", .issuer = "http://idp.example"}), testing::HasSubstr("only https"));
  EXPECT_THAT(wrong({.id = "a", .issuer = "x", .discovery = Discovery::fixed}), testing::HasSubstr("keys"));
  EXPECT_THAT(wrong({.id = "a", .issuer = "x", .discovery = Discovery::fixed, .jwks = "{\"keys\":[]}"}),
              testing::HasSubstr("no key"));
}

}  // namespace
}  // namespace gatehouse::identity::test
