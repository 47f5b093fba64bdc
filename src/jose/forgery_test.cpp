// What somebody tries who has the public keys and other tokens, but no private key.
#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <gatehouse/base/base64url.hpp>

#include "src/jose/signers_test.hpp"

namespace gatehouse::jose {
namespace {

using json::Value;

const std::string kClaims = R"({"iss":"https://issuer.example","sub":"admin"})";

std::string header_with(std::string_view alg, std::string_view more = {}) {
  return R"({"alg":")" + std::string(alg) + R"(","kid":"k1")" + std::string(more) + "}";
}

std::string unsigned_part(std::string_view header) { return to_base64url(header) + '.' + to_base64url(kClaims); }

std::string hmac(const EVP_MD* digest, std::string_view secret, std::string_view text) {
  unsigned char bytes[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  HMAC(digest, secret.data(), static_cast<int>(secret.size()), reinterpret_cast<const unsigned char*>(text.data()),
       text.size(), bytes, &size);
  return {reinterpret_cast<const char*>(bytes), size};
}

/// Every key of the test under names of their own, each fit for all algorithms of its type.
KeySet all_keys() {
  return set_of({open_jwk(Algorithm::rs256, "rsa"), open_jwk(Algorithm::es256, "p256"),
                 open_jwk(Algorithm::es384, "p384"), open_jwk(Algorithm::es512, "p521"),
                 open_jwk(Algorithm::eddsa, "ed25519")});
}

std::string try_on_each_key(std::string_view text, Algorithm key) {
  return outcome(verify(text, set_of({open_jwk(key)}), kAllAlgorithms));
}

TEST(Forgery, T4WithoutSignatureIsRefused) {
  for (const auto* none : {"none", "None", "NONE", "nOnE", "none ", " none", "", "null", "\\u006eone"}) {
    for (const Algorithm key : kEachAlgorithm) {
      EXPECT_EQ(try_on_each_key(unsigned_part(header_with(none)) + '.', key), "unknown_algorithm") << none;
      EXPECT_EQ(try_on_each_key(unsigned_part(header_with(none)) + ".AA", key), "unknown_algorithm") << none;
    }
    EXPECT_EQ(outcome(verify(signer(Algorithm::eddsa).token_of(header_with(none), kClaims), all_keys(), kAllAlgorithms)),
              "unknown_algorithm")
        << none;
  }
  EXPECT_EQ(try_on_each_key(unsigned_part(header_with("RS256")) + '.', Algorithm::rs256), "bad_encoding");
  EXPECT_EQ(try_on_each_key(unsigned_part(header_with("RS256")), Algorithm::rs256), "not_signed_token");
}

TEST(Forgery, T4WithAPublicKeyAsSecretIsRefused) {
  for (const Algorithm key : kEachAlgorithm) {
    const auto pem = signer(key).public_pem();
    const auto jwk = open_jwk(key);
    for (const auto& secret : {pem, pem.substr(0, pem.size() - 1), jwk.str(), signer(key).jwk().str(),
                               from_base64url(jwk.text("n")).value_or(""), from_base64url(jwk.text("x")).value_or(""),
                               std::string(jwk.text("n")), std::string()}) {
      for (const auto& [name, digest] :
           {std::pair{"HS256", EVP_sha256()}, {"HS384", EVP_sha384()}, {"HS512", EVP_sha512()}}) {
        const auto text = unsigned_part(header_with(name));
        EXPECT_EQ(try_on_each_key(text + '.' + to_base64url(hmac(digest, secret, text)), key), "unknown_algorithm");
      }
      const auto text = unsigned_part(header_with(name_of(key)));
      EXPECT_EQ(try_on_each_key(text + '.' + to_base64url(hmac(EVP_sha256(), secret, text)), key), "bad_signature");
    }
  }
}

TEST(Forgery, T4WithTheAlgorithmExchangedIsRefused) {
  for (const Algorithm of_key : kEachAlgorithm) {
    for (const Algorithm claimed : kEachAlgorithm) {
      if (claimed == of_key) continue;
      const auto token = signer(of_key).token_of(header_with(name_of(claimed)), kClaims);
      const bool same_type = of_key <= Algorithm::ps512 && claimed <= Algorithm::ps512;
      EXPECT_EQ(try_on_each_key(token, of_key), same_type ? "bad_signature" : "key_mismatch")
          << name_of(of_key) << " as " << name_of(claimed);
      EXPECT_EQ(outcome(verify(token, set_of({signer(of_key).jwk()}), kAllAlgorithms)), "key_mismatch");
      const bool same_scheme_elsewhere = outcome(verify(token, all_keys(), kAllAlgorithms)) == "ok";
      EXPECT_FALSE(same_scheme_elsewhere) << name_of(of_key) << " as " << name_of(claimed);
    }
  }
}

TEST(Forgery, T4WithAnAlgorithmThatIsNotOneIsRefused) {
  for (const auto* name : {"rs256", "RS 256", "RS256 ", "RS2560", "RSA", "ES256K", "ES521", "ed25519", "Ed448", "HS256",
                           "A128KW", "dir", "RSA-OAEP", "RS1", "SHA256", "RS256\\u0000"}) {
    EXPECT_EQ(try_on_each_key(signer(Algorithm::rs256).token_of(header_with(name), kClaims), Algorithm::rs256),
              "unknown_algorithm")
        << name;
  }
}

TEST(Forgery, T5ThatBringsItsOwnKeyIsRefused) {
  for (const Algorithm algorithm : {Algorithm::es256, Algorithm::eddsa}) {
    const auto attacker = test::SigningKey::generate(algorithm);
    const auto jwk = R"(,"jwk":)" + attacker.jwk().str();
    for (const auto& more : {jwk, std::string(R"(,"jku":"https://attacker.example/keys")"),
                             std::string(R"(,"x5u":"https://attacker.example/chain")"),
                             std::string(R"(,"x5c":["MIIB"])"), std::string(R"(,"x5t":"AA","x5t#S256":"AA")")}) {
      const auto header = header_with(name_of(algorithm), more);
      EXPECT_EQ(try_on_each_key(attacker.token_of(header, kClaims), algorithm), "bad_signature");
      EXPECT_EQ(outcome(verify(attacker.token_of(header, kClaims), KeySet(), kAllAlgorithms)), "unknown_key");
      EXPECT_EQ(try_on_each_key(signer(algorithm).token_of(header, kClaims), algorithm), "ok")
          << "they are not looked at";
    }
  }
}

TEST(Forgery, T3WithTheKeyOfAnotherIssuerIsRefused) {
  const auto theirs = test::SigningKey::generate(Algorithm::es256);
  const auto token = theirs.token_of(header_with("ES256"), kClaims);
  EXPECT_EQ(outcome(verify(token, set_of({theirs.jwk()}), kAllAlgorithms)), "ok");
  EXPECT_EQ(outcome(verify(token, set_of({open_jwk(Algorithm::es256)}), kAllAlgorithms)), "bad_signature")
      << "same kid";
  EXPECT_EQ(outcome(verify(token, set_of({open_jwk(Algorithm::es256, "k2")}), kAllAlgorithms)), "unknown_key");
}

TEST(Forgery, WithAStrangeKeyNameFindsNothing) {
  for (const auto* kid : {"../../dev/null", "k1' OR '1'='1", "k1\\u0000", "K1", "k1 ", "", "*"}) {
    const auto header = std::string(R"({"alg":"EdDSA","kid":")") + kid + "\"}";
    EXPECT_EQ(try_on_each_key(signer(Algorithm::eddsa).token_of(header, kClaims), Algorithm::eddsa), "unknown_key")
        << kid;
  }
}

TEST(Forgery, T8FromPartsOfGenuineTokensIsRefused) {
  const auto& key = signer(Algorithm::eddsa);
  const auto one = key.token_of(header_with("EdDSA"), kClaims), other = key.token_of(header_with("EdDSA"), "{}");
  const auto dot = one.rfind('.');
  EXPECT_EQ(try_on_each_key(one.substr(0, dot) + other.substr(other.rfind('.')), Algorithm::eddsa), "bad_signature");
  EXPECT_EQ(try_on_each_key(other.substr(0, other.rfind('.')) + one.substr(dot), Algorithm::eddsa), "bad_signature");
}

TEST(Forgery, T8WithAnyLetterChangedOrCutOffIsRefused) {
  for (const Algorithm algorithm : {Algorithm::es256, Algorithm::eddsa, Algorithm::rs256}) {
    const auto token = signer(algorithm).token_of(header_with(name_of(algorithm)), kClaims);
    const auto keys = set_of({open_jwk(algorithm)});
    ASSERT_EQ(outcome(verify(token, keys, kAllAlgorithms)), "ok");
    for (std::size_t i = 0; i < token.size(); ++i) {
      auto changed = token;
      changed[i] = token[i] == 'A' ? 'B' : 'A';
      EXPECT_FALSE(verify(changed, keys, kAllAlgorithms)) << name_of(algorithm) << ", letter " << i;
      EXPECT_FALSE(verify(token.substr(0, i), keys, kAllAlgorithms)) << name_of(algorithm) << ", cut at " << i;
      EXPECT_FALSE(verify(token.substr(i + 1), keys, kAllAlgorithms)) << name_of(algorithm) << ", cut behind " << i;
    }
  }
}

}  // namespace
}  // namespace gatehouse::jose
