#include <gatehouse/identity/token_verifier.hpp>

#include <map>

#include "src/identity/fake_issuer_test.hpp"

namespace gatehouse::identity::test {
namespace {

using std::string;
using Table = std::vector<std::pair<string, string>>;

class TokenVerifierTest : public TokenTest {
 protected:
  void check(const mcp::Principal& who) const {
    EXPECT_EQ(who.key, mcp::principal_key(options_.issuer, "ann"));
    EXPECT_EQ(who.kind, mcp::PrincipalKind::human);
    EXPECT_EQ(who.client_id, "app");
    EXPECT_EQ(who.scopes, (std::vector<string>{"read", "write"}));
    EXPECT_EQ(who.roles, (std::vector<string>{"analyst"}));
    EXPECT_EQ(who.session_id, "s1");
    EXPECT_EQ(who.auth.method, "jwt");
    EXPECT_EQ(who.auth.credential_id, DenyList::token_id(options_.issuer, "t1"));
    EXPECT_EQ(who.expires_at->time_since_epoch().count(), time_.seconds() + 3600);
    EXPECT_EQ(who.auth.issued_at->time_since_epoch().count(), time_.seconds());
    EXPECT_TRUE(who.can_step_up);
  }
  Task<void> a_good_token() {
    const auto verdict = co_await present(token());
    EXPECT_TRUE(verdict);
    if (verdict) check(**verdict);
  }
  [[nodiscard]] bool is_known_at(const Protected& place, const string& token) {
    const Circumstances here = around();
    return verifier_->known(token, {place, here.exchange, here.now, here.received_at}).has_value();
  }
  Task<void> known_tokens() {
    const string text = token();
    const auto first = co_await present(text);
    const auto again = co_await present(text);
    EXPECT_TRUE(first && again && *first == *again);
    EXPECT_EQ(verifier_->counters().verifications, 1u);
    Protected other = place_;
    other.path = "/other";
    EXPECT_TRUE(is_known_at(place_, text));
    EXPECT_FALSE(is_known_at(other, text));  // what was found out is about one endpoint
    time_.pass(60s);
    EXPECT_FALSE(is_known_at(place_, text));
    co_await expect(text, "ok ann");
    EXPECT_EQ(verifier_->counters().verifications, 2u);
  }
  Task<void> short_lived() {
    const string text = token_with("exp", time_.seconds() + 5);
    co_await expect(text, "ok ann");
    time_.pass(4900ms);
    EXPECT_TRUE(is_known_at(place_, text));
    time_.pass(100ms);
    EXPECT_FALSE(is_known_at(place_, text));
  }
  Task<void> too_much_garbage() {
    const string good = token();
    co_await expect(good, "ok ann");
    for (int i = 0; i < 10; ++i) {
      co_await expect(token_with("aud", std::to_string(i)), "invalid_credential wrong_audience, issuer corp");
    }
    const auto verified = verifier_->counters().verifications;
    const auto refused = co_await present(token_with("aud", "x"));
    EXPECT_EQ(refused ? Kind::internal : refused.error().kind, Kind::throttled);
    EXPECT_EQ(refused ? 0ms : refused.error().retry.after, 1s);
    EXPECT_EQ(verifier_->counters().verifications, verified);
    co_await expect(good, "ok ann");
    time_.pass(1s);
    co_await expect(token_with("sub", "bob"), "ok bob");
  }
  Task<void> made_up_keys() {
    const string good = token();
    co_await expect(good, "ok ann");
    const auto with_key = [&](int number) { return another_key().token(claims(), "made-up-" + std::to_string(number)); };
    std::map<Kind, int> kinds;
    for (int i = 0; i < 100; ++i) {
      const auto verdict = co_await present(with_key(i));
      ++kinds[verdict ? Kind::internal : verdict.error().kind];
    }
    EXPECT_EQ(kinds[Kind::invalid_credential], 1) << "it was looked for";
    EXPECT_EQ(kinds[Kind::verifier_unavailable], 9);
    EXPECT_EQ(kinds[Kind::throttled], 90);
    co_await expect(good, "ok ann");
  }
  Task<void> much_garbage_that_somebody_else_counts() {
    const auto verified = verifier_->counters().verifications;
    for (int i = 0; i < 200; ++i)
      co_await expect(token_with("aud", std::to_string(i)), "invalid_credential wrong_audience, issuer corp");
    co_await expect(token(), "ok ann");
    EXPECT_EQ(verifier_->counters().verifications, verified + 201);
  }
  Task<void> the_same_garbage() {
    const string bad = token_with("aud", "x");
    co_await expect(bad, "invalid_credential wrong_audience, issuer corp");
    const auto verified = verifier_->counters().verifications;
    for (int i = 0; i < 100; ++i) co_await expect(bad, "invalid_credential wrong_audience, issuer corp");
    EXPECT_EQ(verifier_->counters().verifications, verified);
  }
  Task<void> revoked() {
    const string text = token();
    const auto who = co_await present(text);
    const auto now = around().now;
    EXPECT_TRUE(who && verifier_->still_good(**who, now));
    revoke(Revocation::Of::session, "other");
    EXPECT_TRUE(is_known_at(place_, text));
    revoke(Revocation::Of::session, "s1");
    EXPECT_TRUE(who && !verifier_->still_good(**who, now));
    co_await expect(text, "invalid_credential revoked, issuer corp");
    co_await expect(token_with("sid", "s2"), "ok ann");
    revoke(Revocation::Of::token, "t1");
    co_await expect(token_with("sid", "s2"), "invalid_credential revoked, issuer corp");
  }
  Task<void> bound_to_a_certificate(string bound, string text) {
    net::PeerCertificate own, foreign;
    own.thumbprint = bound;
    foreign.thumbprint = "other";
    const string refused = "invalid_credential sender_not_proven";
    co_await expect(text, refused);  // which is not remembered: whose it is comes next
    exchange_.certificate = &own;
    co_await expect(text, "ok ann");
    co_await expect(text, "ok ann");
    exchange_.certificate = &foreign;
    co_await expect(text, refused);
    exchange_.certificate = nullptr;
    co_await expect(text, refused);
    EXPECT_EQ(verifier_->counters().known_good, 1u);
  }
  Task<void> streams_of(const TokenVerifier& after_reload) {
    const auto who = co_await present(token());
    EXPECT_TRUE(who);
    if (!who) co_return;
    const auto now = around().now;
    EXPECT_TRUE(verifier_->still_good(**who, now + 3599s));
    EXPECT_FALSE(verifier_->still_good(**who, now + 3600s));
    EXPECT_FALSE(after_reload.still_good(**who, now));
  }
  Task<void> garbage(Table table) {
    for (auto& [text, why] : table) co_await expect(text, "invalid_credential " + why);
    EXPECT_EQ(asked("/keys"), 0);
    for (auto& [text, why] : table) co_await expect(text, "invalid_credential " + why);
    EXPECT_EQ(verifier_->counters().known_bad, table.size());
  }
};

TEST_F(TokenVerifierTest, FindsOutWhoHoldsAToken) { begin(), run(a_good_token()); }
TEST_F(TokenVerifierTest, RemembersGoodTokensForAMinute) { begin(), run(known_tokens()); }
TEST_F(TokenVerifierTest, RemembersNoTokenBeyondItsEnd) { begin(), run(short_lived()); }

TEST_F(TokenVerifierTest, T2RefusesTokensForAnotherAudience) {
  const string refused = "invalid_credential wrong_audience, issuer corp";
  begin();
  run(expect_all({{token_with("aud", "https://gw.example/other"), refused},
                  {token_with("aud", "https://gw.example/mcp/"), refused},
                  {token_with("aud", "https://gw.example"), refused},
                  {token_with("aud", "app"), refused},
                  {token_with("aud", Value::array()), refused},
                  {token_with("aud", nullptr), refused},
                  {token_with("aud", 7), "invalid_credential bad_claim, issuer corp"},
                  {token_with("aud", Value::array({"x", kResource})), "ok ann"}}));
}

TEST_F(TokenVerifierTest, AcceptsConfiguredAliases) {
  options_.audiences = {"api://gatehouse"};
  begin();
  run(expect_all({{token_with("aud", "api://gatehouse"), "ok ann"},
                  {token_with("aud", "api://gatehouse/"), "invalid_credential wrong_audience, issuer corp"}}));
}

TEST_F(TokenVerifierTest, T6RefusesOtherKindsOfTokens) {
  options_.typ = jose::TypeRule::any;
  begin();
  const auto typed = [&](std::string_view typ, std::string_view extra = {}) {
    Value all = claims();
    if (!extra.empty()) all.set(extra, "x");
    return a_key().token_of(Value::object({{"alg", "ES256"}, {"kid", "k1"}, {"typ", typ}}).str(), all.str());
  };
  Table table{{typed("JWT"), "ok ann"}};
  for (const char* typ : {"dpop+jwt", "oauth-id-jag+jwt", "logout+jwt", "secevent+jwt"})
    table.emplace_back(typed(typ), "invalid_credential wrong_type, issuer corp");
  for (const char* name : {"nonce", "at_hash", "c_hash", "events"})
    table.emplace_back(typed("JWT", name), "invalid_credential other_kind_of_token, issuer corp");
  run(expect_all(std::move(table)));
}

TEST_F(TokenVerifierTest, T7HonoursTimesWithAnAllowance) {
  begin();
  const auto now = time_.seconds();
  const auto half_past = [](std::int64_t seconds) { return Value::number(std::to_string(seconds) + ".5"); };
  const string expired = "invalid_credential expired, issuer corp";
  run(expect_all({{token_with("exp", half_past(now - 60)), "ok ann"},
                  {token_with("exp", half_past(now - 61)), expired},
                  {token_with("exp", now - 60), expired},
                  {token_with("exp", nullptr), "invalid_credential bad_claim, issuer corp"},
                  {token_with("nbf", now + 60), "ok ann"},
                  {token_with("nbf", half_past(now + 60)), "invalid_credential not_yet_valid, issuer corp"},
                  {token_with("iat", now + 61), "invalid_credential issued_in_future, issuer corp"}}));
}

TEST_F(TokenVerifierTest, T12RefusesBoundTokensAsBearerTokens) {
  begin();
  const auto bound = [&](std::string way) { return token_with("cnf", Value::object({{std::move(way), "abc"}})); };
  run(expect_all({{bound("jkt"), "invalid_credential sender_not_proven"},
                  {bound("x5t#S256"), "invalid_credential sender_not_proven"},
                  {bound("kid"), "invalid_credential unknown_confirmation, issuer corp"}}));
}

TEST_F(TokenVerifierTest, T12AcceptsATokenOfACertificateOnItsConnectionsOnly) {
  begin();
  const string bound = "bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2";
  run(bound_to_a_certificate(bound, token_with("cnf", Value::object({{"x5t#S256", bound}}))));
}

TEST_F(TokenVerifierTest, AcceptsListedClientsOnly) {
  options_.clients = {"app"};
  begin();
  const string refused = "invalid_credential wrong_client, issuer corp";
  run(expect_all(
      {{token(), "ok ann"}, {token_with("azp", "evil"), refused}, {token_with("client_id", "evil"), refused}}));
}

TEST_F(TokenVerifierTest, RefusesGarbageWithoutAskingAnybody) {
  begin();
  run(garbage({{"abc", "opaque_token"},
               {"a.b.c", "opaque_token"},
               {"eyJ.eyJ.x", "bad_encoding"},
               {"e30.e30.e30.e30.e30", "encrypted"},
               {token_with("iss", "https://elsewhere.example"), "unknown_issuer"},
               {token_with("iss", options_.issuer + "/"), "unknown_issuer"},
               {token_with("iss", nullptr), "unknown_issuer"}}));
}

TEST_F(TokenVerifierTest, T47LooksAtNoMoreThanSomeBadTokensOfAnAddress) {
  budget_ = std::make_shared<FailureBudget>(FailureBudgetOptions{.burst = 10, .per_second = 1});
  begin(), run(too_much_garbage());
}
// T9: a key that cannot be looked for now is not the sender's fault, a hundred of them are.
TEST_F(TokenVerifierTest, T47LooksAtNoMoreThanSomeTokensWithKeysThatNobodyHas) {
  budget_ = std::make_shared<FailureBudget>(FailureBudgetOptions{.burst = 10, .per_second = 1});
  begin(), run(made_up_keys());
}
TEST_F(TokenVerifierTest, T47ChecksABadTokenOnce) { begin(), run(the_same_garbage()); }
TEST_F(TokenVerifierTest, CountsNothingWithoutABudget) {
  budget_ = nullptr;
  begin(), run(much_garbage_that_somebody_else_counts());
}
TEST_F(TokenVerifierTest, T43RefusesWhoeverWasRevoked) { begin(), run(revoked()); }
TEST_F(TokenVerifierTest, EndsStreamsWithTokenAndIssuer) {
  begin();
  const TokenVerifier after_reload({}, {}, nullptr, denied_, budget_);
  run(streams_of(after_reload));
}

}  // namespace
}  // namespace gatehouse::identity::test
