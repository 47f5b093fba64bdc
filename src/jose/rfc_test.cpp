// What the RFCs themselves show.
#include <gtest/gtest.h>

#include <gatehouse/base/base64url.hpp>
#include <gatehouse/jose/token.hpp>

#include "src/jose/rfc_examples_test.hpp"
#include "src/jose/signers_test.hpp"

namespace gatehouse::jose {
namespace {

struct Signed {
  std::string text, signature;
};

Signed parts_of(std::string_view token) {
  const auto dot = token.rfind('.');
  return {std::string(token.substr(0, dot)), *from_base64url(token.substr(dot + 1))};
}

TEST(RfcExamples, AreVerified) {
  for (const auto& example : kRfcExamples) {
    const auto key = Key::parse(example.jwk);
    ASSERT_TRUE(key) << example.name << ": " << key.error();
    const auto [text, signature] = parts_of(example.token);
    EXPECT_TRUE(key->verifies(example.algorithm, text, signature)) << example.name;
  }
}

TEST(RfcExamples, AreRefusedWithOneBitChangedAnywhere) {
  for (const auto& example : kRfcExamples) {
    const auto key = *Key::parse(example.jwk);
    const auto [text, signature] = parts_of(example.token);
    for (std::size_t i = 0; i < signature.size(); ++i) {
      auto changed = signature;
      changed[i] = static_cast<char>(changed[i] ^ (1 << (i % 8)));
      EXPECT_FALSE(key.verifies(example.algorithm, text, changed)) << example.name << ", byte " << i;
    }
    for (std::size_t i = 0; i < text.size(); i += 7) {
      auto changed = text;
      changed[i] = static_cast<char>(changed[i] ^ (1 << (i % 8)));
      EXPECT_FALSE(key.verifies(example.algorithm, changed, signature)) << example.name << ", byte " << i;
    }
  }
}

TEST(RfcExamples, WithClaimsAreTokensAndTheOthersAreNot) {
  for (const auto& example : kRfcExamples) {
    auto key = *Key::parse(example.jwk);
    const auto verified = verify(example.token, KeySet({key}), kAllAlgorithms);
    const bool has_claims = example.name == "RFC 7515 A.2" || example.name == "RFC 7515 A.3";
    EXPECT_EQ(outcome(verified), has_claims ? "ok" : "bad_json") << example.name;
    if (!verified) continue;
    EXPECT_EQ(verified->claims.text("iss"), "joe");
    EXPECT_EQ(verified->claims.find("exp")->as_int(), 1300819380);
  }
}

TEST(RfcExamples, WithSecretsOrWithoutSignatureAreRefused) {
  const auto keys = KeySet::parse(
      R"({"keys":[{"kty":"oct","k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"}]})");
  ASSERT_TRUE(keys);
  EXPECT_TRUE(keys->keys().empty());
  const std::string_view hs256 =  // RFC 7515 A.1
      "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmN"
      "vbS9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
  EXPECT_EQ(outcome(verify(hs256, *keys, kAllAlgorithms)), "unknown_algorithm");
  const std::string_view none =  // RFC 7515 A.5
      "eyJhbGciOiJub25lIn0.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnV"
      "lfQ.";
  EXPECT_EQ(outcome(verify(none, *keys, kAllAlgorithms)), "unknown_algorithm");
}

TEST(RfcExamples, HaveTheThumbprintsThatTheRfcsSay) {
  // RFC 7638 section 3.1; members besides the required ones make no difference, nor does their order.
  const auto rsa = Key::parse(
      R"({"kty":"RSA","n":"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw","e":"AQAB","alg":"RS256","kid":"2011-04-29"})");
  ASSERT_TRUE(rsa) << rsa.error();
  EXPECT_EQ(rsa->thumbprint(), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
  // RFC 8037 A.3
  const auto okp = Key::parse(R"({"x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo","crv":"Ed25519","kty":"OKP"})");
  ASSERT_TRUE(okp) << okp.error();
  EXPECT_EQ(okp->thumbprint(), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
}

}  // namespace
}  // namespace gatehouse::jose
