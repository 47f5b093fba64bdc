#include <gatehouse/jose/token.hpp>

#include <gtest/gtest.h>

#include <set>

#include <gatehouse/base/base64url.hpp>

#include "src/jose/signers_test.hpp"

namespace gatehouse::jose {
namespace {

using json::Value;

const std::string kClaims = R"({"iss":"https://issuer.example","sub":"you"})";
const std::string kHeader = R"({"alg":"EdDSA","kid":"k1"})";

const test::SigningKey& key() { return signer(Algorithm::eddsa); }
KeySet keys() { return set_of({key().jwk()}); }

/// What becomes of a token with these parts and a right signature.
std::string signed_as(std::string_view header, std::string_view claims = kClaims) {
  return outcome(verify(key().token_of(header, claims), keys(), kAllAlgorithms));
}

std::string read_as(std::string_view text) {
  const auto token = UnverifiedToken::read(text);
  return std::string(token ? "ok" : to_string(token.error()));
}

TEST(Token, OfEveryAlgorithmIsVerifiedAndGivesItsClaims) {
  for (const Algorithm algorithm : kEachAlgorithm) {
    const auto token = signer(algorithm).token(Value::object({{"iss", "me"}, {"sub", "you"}}));
    const auto verified = verify(token, set_of({signer(algorithm).jwk()}), kAllAlgorithms);
    ASSERT_TRUE(verified) << name_of(algorithm) << ": " << to_string(verified.error());
    EXPECT_EQ(verified->header.algorithm, algorithm);
    EXPECT_EQ(verified->header.typ, "at+jwt");
    EXPECT_EQ(verified->header.kid, "k1");
    EXPECT_EQ(verified->claims, Value::object({{"iss", "me"}, {"sub", "you"}}));
  }
}

TEST(Token, OfAnAlgorithmThatIsNotAllowedIsRefused) {
  for (const Algorithm algorithm : kEachAlgorithm) {
    const auto token = signer(algorithm).token(Value::object());
    const auto set = set_of({signer(algorithm).jwk()});
    Algorithms others;
    for (const Algorithm other : kEachAlgorithm) {
      if (other != algorithm) others.add(other);
    }
    EXPECT_EQ(outcome(verify(token, set, others)), "algorithm_not_allowed");
    EXPECT_EQ(outcome(verify(token, set, {})), "algorithm_not_allowed");
    EXPECT_EQ(outcome(verify(token, set, {algorithm})), "ok");
  }
}

TEST(Token, MayUseFiveAlgorithmsUnlessConfiguredOtherwise) {
  std::string allowed;
  for (const Algorithm algorithm : kEachAlgorithm) {
    if (kDefaultAlgorithms.contains(algorithm)) allowed.append(name_of(algorithm)).append(" ");
    EXPECT_TRUE(kAllAlgorithms.contains(algorithm));
    EXPECT_EQ(algorithm_named(name_of(algorithm)), algorithm);
  }
  EXPECT_EQ(allowed, "RS256 PS256 ES256 ES384 EdDSA ");
  EXPECT_EQ(signed_as(R"({"alg":"Ed25519","kid":"k1"})"), "ok") << "RFC 9864";
}

TEST(Token, HasThreeParts) {
  EXPECT_EQ(read_as(""), "not_signed_token");
  EXPECT_EQ(read_as("opaque"), "not_signed_token");
  EXPECT_EQ(read_as("a.b"), "not_signed_token");
  EXPECT_EQ(read_as("a.b.c.d"), "not_signed_token");
  EXPECT_EQ(read_as("a.b.c.d.e"), "encrypted");
  EXPECT_EQ(read_as("...."), "encrypted");
  EXPECT_EQ(read_as("a.b.c.d.e.f"), "not_signed_token");
  EXPECT_EQ(read_as(std::string(16 * 1024, '.')), "not_signed_token");
  const auto token = key().token_of(kHeader, kClaims);
  EXPECT_EQ(read_as(token + "."), "not_signed_token");
  EXPECT_EQ(read_as("." + token), "not_signed_token");
}

TEST(Token, HasNoEmptyPart) {
  const auto token = key().token_of(kHeader, kClaims);
  const auto first = token.find('.'), second = token.rfind('.');
  EXPECT_EQ(read_as(".."), "bad_encoding");
  EXPECT_EQ(read_as(token.substr(first)), "bad_encoding");
  EXPECT_EQ(read_as(token.substr(0, first + 1) + token.substr(second)), "bad_encoding");
  EXPECT_EQ(read_as(token.substr(0, second + 1)), "bad_encoding");
}

TEST(Token, T8IsWrittenInTheOneSpellingOfBase64Url) {
  const std::string token = key().token_of(kHeader, kClaims);
  for (const auto* stray : {"=", "==", " ", "\n", "\r\n", "\t", "+", "/", "%3D", "\xc2\xa0"}) {
    EXPECT_EQ(read_as(token + stray), "bad_encoding") << stray;
    EXPECT_EQ(read_as(stray + token), "bad_encoding") << stray;
    auto inside = token;
    EXPECT_EQ(read_as(inside.insert(token.find('.'), stray)), "bad_encoding") << stray;
  }
  EXPECT_EQ(read_as(token + std::string(1, '\0')), "bad_encoding");
  // 64 bytes are 86 letters, whose last one has four bits that stand for nothing.
  auto stray_bits = token;
  ++stray_bits.back();
  EXPECT_EQ(read_as(stray_bits), "bad_encoding");
}

TEST(Token, HasJsonObjects) {
  for (const std::string text : {"", "null", "[]", "\"text\"", "7", "{", "{}x", "{} {}", "\xef\xbb\xbf{}", "{\"a\":1,}",
                                 "{'a':1}", "{\"a\":\"\xff\"}", "{\"a\":\"\xc0\xaf\"}", "{\"a\":\"\xed\xa0\x80\"}",
                                 "{\"a\":NaN}", "{\"a\":01}", "{\"a\":\"\n\"}"}) {
    const auto* const expected = text.empty() ? "bad_encoding" : "bad_json";
    EXPECT_EQ(signed_as(text), expected) << text;
    EXPECT_EQ(signed_as(kHeader, text), expected) << text;
  }
  EXPECT_EQ(signed_as(" \t\r\n" + kHeader + " ", "\n" + kClaims + "\r\n"), "ok");
  EXPECT_EQ(signed_as(kHeader, "{}"), "ok") << "claims are judged elsewhere";
}

TEST(Token, T8RepeatsNoMemberHoweverItIsWritten) {
  EXPECT_EQ(signed_as(R"({"alg":"EdDSA","alg":"EdDSA"})"), "bad_json");
  EXPECT_EQ(signed_as(R"({"alg":"EdDSA","\u0061lg":"none"})"), "bad_json");
  EXPECT_EQ(signed_as(kHeader, R"({"sub":"you","sub":"me"})"), "bad_json");
  EXPECT_EQ(signed_as(kHeader, R"({"sub":"you","s\u0075b":"me"})"), "bad_json");
  EXPECT_EQ(signed_as(kHeader, R"({"a":{"b":[{"c":1,"c":2}]}})"), "bad_json");
}

TEST(Token, T8HoldsNoHalfOfASurrogatePair) {
  for (const auto* text : {R"(\ud83d)", R"(\uDe00)", R"(\ud83dx)", R"(\ud83d\ud83d)", R"(\ud83d\n)", R"(\ude00\ud83d)",
                           R"(x\uD800)", R"(\\\ud800)"}) {
    EXPECT_EQ(signed_as(kHeader, std::string(R"({"sub":")") + text + R"("})"), "bad_json") << text;
    EXPECT_EQ(signed_as(kHeader, std::string(R"({")") + text + R"(":1})"), "bad_json") << text;
  }
  for (const auto* text :
       {R"(\ud83d\ude00)", R"(\\ud83d)", R"(\u0041\\u)", R"(\ufffd)", R"(\ud7ff\ue000)", R"(\u0000)"}) {
    EXPECT_EQ(signed_as(kHeader, std::string(R"({"sub":")") + text + R"("})"), "ok") << text;
  }
}

TEST(Token, NestsOnlySoDeep) {
  const auto nested = [](std::size_t depth) {
    return R"({"a":)" + std::string(depth - 1, '[') + std::string(depth - 1, ']') + "}";
  };
  EXPECT_EQ(signed_as(kHeader, nested(32)), "ok");
  EXPECT_EQ(signed_as(kHeader, nested(33)), "bad_json");
  EXPECT_EQ(signed_as(nested(33)), "bad_json");
  EXPECT_EQ(outcome(verify(key().token_of(kHeader, nested(5)), keys(), kAllAlgorithms, {.max_depth = 4})), "bad_json");
  const std::string bomb(12'400, '[');
  EXPECT_EQ(read_as(key().token_of(kHeader, R"({"a":)" + bomb)), "too_large");
  EXPECT_EQ(read_as(key().token_of(kHeader, R"({"a":)" + bomb.substr(0, 9'000))), "bad_json");
}

TEST(Token, HasALimitOfBytes) {
  const auto token = key().token_of(kHeader, kClaims);
  EXPECT_EQ(outcome(verify(token, keys(), kAllAlgorithms, {.max_bytes = token.size()})), "ok");
  EXPECT_EQ(outcome(verify(token, keys(), kAllAlgorithms, {.max_bytes = token.size() - 1})), "too_large");
  const auto padded = [](std::size_t bytes) { return R"({"a":")" + std::string(bytes, 'x') + "\"}"; };
  EXPECT_EQ(signed_as(kHeader, padded(12'000)), "ok");
  EXPECT_EQ(signed_as(kHeader, padded(12'300)), "too_large");
}

TEST(Token, HasAHeaderOfTheRightTypes) {
  EXPECT_EQ(signed_as("{}"), "bad_header");
  for (const auto* alg : {"null", "1", "true", "[]", R"(["EdDSA"])", "{}"}) {
    EXPECT_EQ(signed_as(std::string(R"({"alg":)") + alg + "}"), "bad_header") << alg;
  }
  for (const auto* value : {"null", "1", "{}", "[\"k1\"]"}) {
    EXPECT_EQ(signed_as(std::string(R"({"alg":"EdDSA","kid":)") + value + "}"), "bad_header") << value;
    EXPECT_EQ(signed_as(std::string(R"({"alg":"EdDSA","kid":"k1","typ":)") + value + "}"), "bad_header") << value;
  }
  EXPECT_EQ(signed_as(R"({"alg":"EdDSA","kid":"k1","cty":7,"x":null})"), "ok") << "what is not known is not looked at";
}

TEST(Token, T5NeedsNothingThatWouldHaveToBeUnderstood) {
  for (const auto* member : {R"("crit":["exp"])", R"("crit":["b64"],"b64":true)", R"("crit":["b64"],"b64":false)",
                             R"("crit":[])", R"("crit":null)", R"("b64":false)", R"("b64":"true")", R"("b64":null)"}) {
    EXPECT_EQ(signed_as(std::string(R"({"alg":"EdDSA","kid":"k1",)") + member + "}"), "critical_extension") << member;
  }
  EXPECT_EQ(signed_as(R"({"alg":"EdDSA","kid":"k1","b64":true})"), "ok");
}

TEST(UnverifiedToken, TellsTheIssuerAndTheHeaderOnly) {
  const auto text = key().token_of(R"({"alg":"EdDSA","typ":"JWT"})", kClaims);
  const auto token = UnverifiedToken::read(text);
  ASSERT_TRUE(token);
  EXPECT_EQ(token->unverified_issuer(), "https://issuer.example");
  EXPECT_EQ(token->header().algorithm, Algorithm::eddsa);
  EXPECT_EQ(token->header().kid, std::nullopt);
  EXPECT_EQ(token->header().typ, "JWT");
  const auto nameless = key().token_of(kHeader, R"({"iss":["https://issuer.example"]})");
  EXPECT_EQ(UnverifiedToken::read(nameless)->unverified_issuer(), "");
}

TEST(UnverifiedToken, MayBeTriedAgainWithNewerKeys) {
  const auto text = key().token_of(kHeader, kClaims);
  auto token = *UnverifiedToken::read(text);
  const auto other = test::SigningKey::generate(Algorithm::eddsa);
  EXPECT_EQ(outcome(verify(std::move(token), set_of({other.jwk("k2")}), kAllAlgorithms)), "unknown_key");
  EXPECT_EQ(outcome(verify(std::move(token), set_of({other.jwk("k1")}), kAllAlgorithms)), "bad_signature");
  const auto verified = verify(std::move(token), keys(), kAllAlgorithms);
  ASSERT_TRUE(verified);
  EXPECT_EQ(verified->claims.text("sub"), "you");
}

TEST(Refusal, HasANameOfItsOwn) {
  std::set<std::string_view> names;
  for (int i = 0; i <= static_cast<int>(Refusal::unknown_confirmation); ++i) {
    EXPECT_TRUE(names.insert(to_string(static_cast<Refusal>(i))).second);
  }
}

}  // namespace
}  // namespace gatehouse::jose
