#include <gatehouse/jose/claims.hpp>

#include <gtest/gtest.h>

namespace gatehouse::jose {
namespace {

using json::Value;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::int64_t kNow = 1'800'000'000;
const std::vector<std::string> kAudiences{"https://mcp.example/a", "https://mcp.example/b"};

ClaimRules rules() { return {.issuer = "https://issuer.example"}; }

Token token_with(std::initializer_list<std::pair<std::string, Value>> changes = {}, std::string typ = "at+jwt") {
  Token token{.header = {.algorithm = Algorithm::es256, .kid = std::nullopt, .typ = std::move(typ)},
              .claims = Value::object({{"iss", "https://issuer.example"},
                                       {"sub", "alice"},
                                       {"aud", "https://mcp.example/a"},
                                       {"client_id", "client"},
                                       {"exp", kNow + 600},
                                       {"iat", kNow - 10}})};
  for (const auto& [name, value] : changes) token.claims.set(name, value);
  return token;
}

std::string judged(const Token& token, const ClaimRules& by = rules(), milliseconds after = milliseconds{0}) {
  const auto checked = check_claims(token, by, kAudiences, Time{seconds{kNow}} + after);
  return std::string(checked ? "ok" : to_string(checked.error()));
}

std::string judged_without(std::string_view claim, const ClaimRules& by = rules()) {
  auto token = token_with();
  token.claims.erase(claim);
  return judged(token, by);
}

TEST(Claims, OfAnAccessTokenAreAccepted) {
  const auto token = token_with();
  const auto checked = check_claims(token, rules(), kAudiences, Time{seconds{kNow}});
  ASSERT_TRUE(checked) << to_string(checked.error());
  EXPECT_EQ(checked->subject, "alice");
  EXPECT_EQ(checked->client, "client");
  EXPECT_EQ(checked->expires_at, Time{seconds{kNow + 600}});
  EXPECT_FALSE(checked->confirmation.needed());
}

struct TimeCase {
  const char* claim;
  std::int64_t from_now;  // milliseconds from the claim's time to now
  const char* outcome;
};

/// RS-70 with a skew of 60 seconds: `exp` + skew is the first moment that is too late, `nbf` - skew the first that is not too early.
constexpr TimeCase kTimes[] = {
    {"exp", -60'000, "ok"},
    {"exp", -1'000, "ok"},
    {"exp", 0, "ok"},
    {"exp", 1'000, "ok"},
    {"exp", 59'999, "ok"},
    {"exp", 60'000, "expired"},
    {"exp", 60'001, "expired"},
    {"exp", 61'000, "expired"},
    {"exp", 86'400'000, "expired"},
    {"nbf", 1'000, "ok"},
    {"nbf", 0, "ok"},
    {"nbf", -59'999, "ok"},
    {"nbf", -60'000, "ok"},
    {"nbf", -60'001, "not_yet_valid"},
    {"nbf", -61'000, "not_yet_valid"},
    {"iat", 1'000, "ok"},
    {"iat", 0, "ok"},
    {"iat", -60'000, "ok"},
    {"iat", -60'001, "issued_in_future"},
    {"iat", -86'400'000, "issued_in_future"},
};

TEST(Claims, T7HoldFromNbfToExpWithAnAllowanceForSkew) {
  for (const auto& [claim, from_now, outcome] : kTimes) {
    EXPECT_EQ(judged(token_with({{claim, kNow}}), rules(), milliseconds{from_now}), outcome)
        << claim << ' ' << from_now;
  }
}

TEST(Claims, T7MayHaveFractionsInTheirTimes) {
  for (const auto& [exp, from_now, outcome] : {std::tuple{"1800000000.5", 60'499, "ok"},
                                               {"1800000000.5", 60'500, "expired"},
                                               {"1800000000.999", 60'998, "ok"},
                                               {"1800000000.999", 60'999, "expired"},
                                               {"1.8e9", 59'999, "ok"},
                                               {"1.8e9", 60'000, "expired"},
                                               {"18000000000e-1", 60'000, "expired"},
                                               {"1800000000.0", 60'000, "expired"}}) {
    EXPECT_EQ(judged(token_with({{"exp", Value::number(exp)}}), rules(), milliseconds{from_now}), outcome) << exp;
  }
  const Value half = Value::number("1800000060.25");
  EXPECT_EQ(judged(token_with({{"nbf", half}}), rules(), milliseconds{249}), "not_yet_valid");
  EXPECT_EQ(judged(token_with({{"nbf", half}}), rules(), milliseconds{250}), "ok");
  EXPECT_EQ(judged(token_with({{"iat", half}}), rules(), milliseconds{249}), "issued_in_future");
  EXPECT_EQ(judged(token_with({{"iat", half}}), rules(), milliseconds{250}), "ok");
}

TEST(Claims, T7HaveTimesThatAreTimes) {
  for (const auto* claim : {"exp", "nbf", "iat"}) {
    for (const Value& value : {Value("1800000600"), Value(), Value(true), Value::array(), Value::object(),
                               Value::number("1e400"), Value::number("1800000600000"), Value::number("-1e300")}) {
      EXPECT_EQ(judged(token_with({{claim, value}})), "bad_claim") << claim << ' ' << value.str();
    }
  }
  EXPECT_EQ(judged(token_with({{"exp", -1}})), "expired");
  EXPECT_EQ(judged(token_with({{"exp", 0}})), "expired");
  EXPECT_EQ(judged(token_with({{"exp", 253'402'300'799}})), "ok") << "the last second of the year 9999";
  EXPECT_EQ(judged_without("exp"), "bad_claim");
  EXPECT_EQ(judged_without("iat"), "ok");
}

TEST(Claims, T7GetAnAllowanceForSkewWithinBounds) {
  auto by = rules();
  const auto expired_for = [&](std::int64_t skew, std::int64_t time_ago) {
    by.skew = seconds{skew};
    return judged(token_with({{"exp", kNow - time_ago}}), by);
  };
  EXPECT_EQ(expired_for(0, 0), "expired");
  EXPECT_EQ(expired_for(0, -1), "ok");
  EXPECT_EQ(expired_for(300, 299), "ok");
  EXPECT_EQ(expired_for(3600, 299), "ok");
  EXPECT_EQ(expired_for(3600, 300), "expired") << "300 seconds is the most";
  EXPECT_EQ(expired_for(-60, 0), "expired");
  EXPECT_EQ(expired_for(-60, -1), "ok");
}

TEST(Claims, AreNotOlderThanTokensMayLive) {
  auto by = rules();
  by.max_token_age = seconds{3600};
  EXPECT_EQ(judged(token_with({{"iat", kNow - 3660}}), by), "ok");
  EXPECT_EQ(judged(token_with({{"iat", kNow - 3661}}), by), "too_old");
  EXPECT_EQ(judged_without("iat", by), "bad_claim") << "nobody knows how old it is";
}

TEST(Claims, T3NameTheIssuerLetterByLetter) {
  for (const Value& iss :
       {Value("https://issuer.example/"), Value("https://ISSUER.example"), Value("http://issuer.example"),
        Value("https://issuer.example:443"), Value(" https://issuer.example"), Value("")}) {
    EXPECT_EQ(judged(token_with({{"iss", iss}})), "wrong_issuer") << iss.str();
  }
  EXPECT_EQ(judged_without("iss"), "wrong_issuer");
  EXPECT_EQ(judged(token_with({{"iss", Value::array({"https://issuer.example"})}})), "bad_claim");
  EXPECT_EQ(judged(token_with({{"iss", ""}}), {.issuer = ""}), "wrong_issuer") << "no issuer is nobody's";
}

TEST(Claims, T2AreForOneOfOurAudiences) {
  EXPECT_EQ(judged(token_with({{"aud", "https://mcp.example/b"}})), "ok");
  EXPECT_EQ(judged(token_with({{"aud", Value::array({"other", "https://mcp.example/b"})}})), "ok");
  for (const Value& aud :
       {Value("https://mcp.example/c"), Value("https://mcp.example/a/"), Value("https://mcp.example"), Value(""),
        Value("HTTPS://mcp.example/a"), Value::array(), Value::array({"https://mcp.example"})}) {
    EXPECT_EQ(judged(token_with({{"aud", aud}})), "wrong_audience") << aud.str();
  }
  EXPECT_EQ(judged_without("aud"), "wrong_audience");
  for (const Value& aud :
       {Value(), Value(1), Value::object({{"https://mcp.example/a", true}}), Value::array({"https://mcp.example/a", 1}),
        Value::array({Value::array({"https://mcp.example/a"})})}) {
    EXPECT_EQ(judged(token_with({{"aud", aud}})), "bad_claim") << aud.str();
  }
  const auto token = token_with();
  EXPECT_EQ(check_claims(token, rules(), {}, Time{seconds{kNow}}).error(), Refusal::wrong_audience)
      << "none is not any";
}

TEST(Claims, NameASubject) {
  EXPECT_EQ(judged_without("sub"), "bad_claim");
  for (const Value& sub : {Value(""), Value(), Value(7), Value::array({"alice"})}) {
    EXPECT_EQ(judged(token_with({{"sub", sub}})), "bad_claim") << sub.str();
  }
}

TEST(Claims, NameAClientOfTheListIfThereIsOne) {
  auto by = rules();
  by.clients = {"client", "other"};
  EXPECT_EQ(judged(token_with(), by), "ok");
  EXPECT_EQ(judged(token_with({{"client_id", "stranger"}}), by), "wrong_client");
  EXPECT_EQ(judged(token_with({{"azp", "stranger"}}), by), "wrong_client") << "both have to be known";
  EXPECT_EQ(judged(token_with({{"azp", "other"}}), by), "ok");
  EXPECT_EQ(judged_without("client_id", by), "wrong_client");
  auto named_by_azp = token_with({{"azp", "other"}});
  named_by_azp.claims.erase("client_id");
  EXPECT_EQ(judged(named_by_azp, by), "ok");
  EXPECT_EQ(check_claims(named_by_azp, by, kAudiences, Time{seconds{kNow}})->client, "other");
  EXPECT_EQ(judged(token_with({{"client_id", Value::array({"client"})}})), "bad_claim");
  EXPECT_EQ(judged(token_with({{"azp", 7}})), "bad_claim");
}

TEST(Claims, T6AreThoseOfATokenThatSaysItIsAnAccessToken) {
  for (const auto* typ : {"at+jwt", "AT+JWT", "application/at+jwt", "Application/At+Jwt"}) {
    EXPECT_EQ(judged(token_with({}, typ)), "ok") << typ;
  }
  for (const auto* typ : {"", "JWT", "jwt", "at+jwt ", "at", "text/at+jwt", "application/application/at+jwt",
                          "dpop+jwt", "application/", "at+jwt;charset=utf-8"}) {
    EXPECT_EQ(judged(token_with({}, typ)), "wrong_type") << typ;
  }
}

TEST(Claims, T6OfUntypedTokensAreThoseOfNothingElse) {
  auto by = rules();
  by.typ = TypeRule::any;
  for (const auto* typ : {"", "JWT", "jwt", "application/jwt", "at+jwt", "application/AT+jwt", "token"}) {
    EXPECT_EQ(judged(token_with({}, typ), by), "ok") << typ;
  }
  for (const auto* typ :
       {"dpop+jwt", "DPoP+JWT", "application/dpop+jwt", "oauth-id-jag+jwt", "logout+jwt", "secevent+jwt", "JOSE+JSON",
        "jose", "application/jose", "entity-statement+jwt", "oauth-authz-req+jwt", "+jwt"}) {
    EXPECT_EQ(judged(token_with({}, typ), by), "wrong_type") << typ;
  }
}

TEST(Claims, T6OfIdTokensAreNoPermission) {
  auto by = rules();
  by.typ = TypeRule::any;
  for (const auto* claim : {"nonce", "at_hash", "c_hash", "events"}) {
    EXPECT_EQ(judged(token_with({{claim, "x"}}, "JWT"), by), "other_kind_of_token") << claim;
    EXPECT_EQ(judged(token_with({{claim, "x"}})), "ok") << claim << ": typ at+jwt says what it is";
  }
  const std::vector<std::string> own_id{"client"};
  const auto judged_for_client = [&](const Value& aud) {
    const auto token = token_with({{"aud", aud}}, "JWT");
    const auto checked = check_claims(token, by, own_id, Time{seconds{kNow}});
    return std::string(checked ? "ok" : to_string(checked.error()));
  };
  EXPECT_EQ(judged_for_client("client"), "other_kind_of_token");
  EXPECT_EQ(judged_for_client(Value::array({"client"})), "other_kind_of_token");
  EXPECT_EQ(judged_for_client(Value::array({"client", "https://mcp.example/a"})), "ok");
  by.clients = {"client", "another"};
  EXPECT_EQ(judged_for_client(Value::array({"client", "another"})), "other_kind_of_token");
}

TEST(Claims, ReportHowTheSenderIsBound) {
  const auto bound = token_with({{"cnf", Value::object({{"jkt", "thumb"}, {"x5t#S256", "cert"}})}});
  const auto checked = check_claims(bound, rules(), kAudiences, Time{seconds{kNow}});
  ASSERT_TRUE(checked);
  EXPECT_TRUE(checked->confirmation.needed());
  EXPECT_EQ(checked->confirmation.jkt, "thumb");
  EXPECT_EQ(checked->confirmation.x5t_s256, "cert");
}

TEST(Claims, T12BoundInAnUnknownWayAreRefused) {
  for (const Value& cnf :
       {Value::object(), Value::object({{"jwk", Value::object()}}), Value::object({{"kid", "k"}}),
        Value::object({{"jkt", "thumb"}, {"jku", "https://a.example"}}), Value::object({{"jkt", ""}}),
        Value::object({{"x5t#S256", ""}}), Value::object({{"jkt", 7}}), Value::object({{"JKT", "thumb"}})}) {
    EXPECT_EQ(judged(token_with({{"cnf", cnf}})), "unknown_confirmation") << cnf.str();
  }
  for (const Value& cnf : {Value(), Value("thumb"), Value::array()}) {
    EXPECT_EQ(judged(token_with({{"cnf", cnf}})), "bad_claim") << cnf.str();
  }
}

}  // namespace
}  // namespace gatehouse::jose
