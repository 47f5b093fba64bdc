#include <gatehouse/jose/key.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/err.h>

#include <gatehouse/base/base64url.hpp>

#include "src/jose/signers_test.hpp"

namespace gatehouse::jose {
namespace {

using json::Value;
using testing::HasSubstr;

/// What is wrong with the key after this change, or "ok".
std::string problem_of(Value jwk, std::string_view member, Value value) {
  jwk.set(member, std::move(value));
  const auto key = Key::from_jwk(jwk);
  return key ? "ok" : key.error();
}

std::string problem_without(Value jwk, std::string_view member) {
  jwk.erase(member);
  const auto key = Key::from_jwk(jwk);
  return key ? "ok" : key.error();
}

std::string odd_number(std::size_t bytes, unsigned char first) {
  std::string number(bytes, '\x55');
  number.front() = static_cast<char>(first);
  return to_base64url(number);
}

const Value kRsa = open_jwk(Algorithm::rs256), kEc = open_jwk(Algorithm::es256), kP521 = open_jwk(Algorithm::es512),
            kOkp = open_jwk(Algorithm::eddsa);

TEST(Key, FitsExactlyTheAlgorithmsOfItsType) {
  for (const Algorithm of_key : kEachAlgorithm) {
    const auto open = *Key::from_jwk(open_jwk(of_key)), fixed = *Key::from_jwk(signer(of_key).jwk());
    for (const Algorithm algorithm : kEachAlgorithm) {
      const bool both_rsa = of_key <= Algorithm::ps512 && algorithm <= Algorithm::ps512;
      EXPECT_EQ(open.fits(algorithm), both_rsa || algorithm == of_key) << name_of(of_key) << ' ' << name_of(algorithm);
      EXPECT_EQ(fixed.fits(algorithm), algorithm == of_key) << name_of(of_key) << ' ' << name_of(algorithm);
    }
  }
}

TEST(Key, T4VerifiesNothingThatItDoesNotFit) {
  for (const Algorithm of_key : kEachAlgorithm) {
    const auto fixed = *Key::from_jwk(signer(of_key).jwk());
    for (const Algorithm algorithm : kEachAlgorithm) {
      EXPECT_EQ(fixed.verifies(algorithm, "text", signer(algorithm).sign("text")), algorithm == of_key)
          << name_of(of_key) << ' ' << name_of(algorithm);
    }
  }
}

TEST(Key, OfRsaIsNeitherShortNorHuge) {
  EXPECT_EQ(problem_of(kRsa, "n", odd_number(256, 0x80)), "ok") << "2048 bits";
  EXPECT_THAT(problem_of(kRsa, "n", odd_number(256, 0x7f)), HasSubstr("2047 bits"));
  EXPECT_THAT(problem_of(kRsa, "n", odd_number(128, 0xff)), HasSubstr("1024 bits"));
  EXPECT_THAT(problem_of(kRsa, "n", odd_number(1, 3)), HasSubstr("2 bits"));
  EXPECT_EQ(problem_of(kRsa, "n", odd_number(1024, 0x80)), "ok") << "8192 bits";
  EXPECT_THAT(problem_of(kRsa, "n", odd_number(1025, 1)), HasSubstr("8193 bits"));
  EXPECT_THAT(problem_of(kRsa, "n", to_base64url(std::string(300, '\0'))), HasSubstr("0 bits"));
  EXPECT_THAT(problem_of(kRsa, "n", to_base64url(std::string(200, '\0') + std::string(128, '\x55'))),
              HasSubstr("1023 bits"))
      << "zeros in front do not count";
}

TEST(Key, OfRsaHasAnExponentThatKeepsTheSecret) {
  for (const auto& e : {std::string("\x01"), std::string(4, '\0') + "\x01", std::string("\0", 1), std::string("\x02"),
                        std::string("\x01\x00\x00", 3), "\x01" + std::string(7, '\0') + "\x01"}) {
    EXPECT_THAT(problem_of(kRsa, "e", to_base64url(e)), HasSubstr("no RSA key that keeps a secret"));
  }
  EXPECT_EQ(problem_of(kRsa, "e", "Aw"), "ok") << "3 is allowed";
  std::string even(256, '\xaa');
  EXPECT_THAT(problem_of(kRsa, "n", to_base64url(even)), HasSubstr("no RSA key that keeps a secret"));
}

TEST(Key, OfACurveIsAPointOnIt) {
  EXPECT_THAT(problem_of(kEc, "x", to_base64url(std::string(32, '\x01'))), HasSubstr("no point of curve P-256"));
  EXPECT_THAT(problem_of(kEc, "x", to_base64url(std::string(32, '\xff'))), HasSubstr("no point"));
  auto zero = kEc;
  zero.set("x", to_base64url(std::string(32, '\0')));
  EXPECT_THAT(problem_of(zero, "y", to_base64url(std::string(32, '\0'))), HasSubstr("no point"));
  EXPECT_THAT(problem_of(kEc, "crv", "P-384"), HasSubstr("48 bytes"));
  EXPECT_THAT(problem_of(kP521, "crv", "P-256"), HasSubstr("32 bytes"));
  EXPECT_EQ(ERR_peek_error(), 0u) << "nothing is left for the next user of OpenSSL";
}

TEST(Key, HasCoordinatesOfTheFullSize) {
  for (const std::size_t size : {31u, 33u, 64u, 1u}) {
    EXPECT_THAT(problem_of(kEc, "y", to_base64url(std::string(size, '\x01'))), HasSubstr("32 bytes"));
    EXPECT_THAT(problem_of(kOkp, "x", to_base64url(std::string(size, '\x01'))), HasSubstr("32 bytes"));
  }
}

TEST(Key, OfAnotherCurveOrTypeIsRefused) {
  for (const auto* curve : {"secp256k1", "P-192", "p-256", "P-256K", "Ed25519", ""}) {
    EXPECT_THAT(problem_of(kEc, "crv", curve), HasSubstr("is not supported"));
  }
  for (const auto* curve : {"Ed448", "X25519", "X448", "ed25519", "P-256"}) {
    EXPECT_THAT(problem_of(kOkp, "crv", curve), HasSubstr("is not supported"));
  }
  for (const auto* type : {"rsa", "DSA", "", "AKP"}) {
    EXPECT_THAT(problem_of(kRsa, "kty", type), HasSubstr("is not supported"));
  }
  EXPECT_THAT(problem_of(kRsa, "kty", 1), HasSubstr("is not supported"));
  EXPECT_THAT(problem_without(kRsa, "kty"), HasSubstr("is not supported"));
}

TEST(Key, ThatIsSecretOrPrivateIsRefused) {
  const auto secret = Key::parse(R"({"kty":"oct","k":"c2VjcmV0"})");
  ASSERT_FALSE(secret);
  EXPECT_THAT(secret.error(), HasSubstr("symmetric"));
  for (const auto* member : {"d", "p", "q", "dp", "dq", "qi", "oth", "k"}) {
    EXPECT_THAT(problem_of(kRsa, member, "AQAB"), HasSubstr("private part"));
  }
  EXPECT_THAT(problem_of(kEc, "d", "AQAB"), HasSubstr("private part"));
  EXPECT_THAT(problem_of(kOkp, "d", "AQAB"), HasSubstr("private part"));
}

TEST(Key, T4HasToBeForVerifying) {
  EXPECT_EQ(problem_of(kEc, "use", "sig"), "ok");
  EXPECT_EQ(problem_of(kEc, "key_ops", Value::array({"verify"})), "ok");
  EXPECT_EQ(problem_of(kEc, "key_ops", Value::array({"sign", "verify"})), "ok");
  EXPECT_EQ(problem_without(kEc, "use"), "ok");
  for (const auto* use : {"enc", "SIG", "", "tls"})
    EXPECT_THAT(problem_of(kEc, "use", use), HasSubstr("not for verifying"));
  for (const Value& operations : {Value::array(), Value::array({"sign"}), Value::array({"encrypt", "Verify"})}) {
    EXPECT_THAT(problem_of(kEc, "key_ops", operations), HasSubstr("not for verifying"));
  }
  auto divided = kEc;
  divided.set("use", "enc");
  EXPECT_THAT(problem_of(divided, "key_ops", Value::array({"verify"})), HasSubstr("not for verifying"));
}

TEST(Key, T4HasAnAlgorithmThatGoesWithIt) {
  for (const auto* other : {"RS256", "ES384", "EdDSA"}) {
    EXPECT_THAT(problem_of(kEc, "alg", other), HasSubstr("does not go with"));
  }
  for (const auto* unknown : {"HS256", "none", "es256", "ES256K", "RSA-OAEP", ""}) {
    EXPECT_THAT(problem_of(kEc, "alg", unknown), HasSubstr("is not supported"));
  }
  EXPECT_EQ(problem_of(kOkp, "alg", "EdDSA"), "ok");
  EXPECT_EQ(problem_of(kOkp, "alg", "Ed25519"), "ok") << "RFC 9864";
  EXPECT_THAT(problem_of(kOkp, "alg", "Ed448"), HasSubstr("is not supported"));
}

TEST(Key, HasMembersOfTheRightTypes) {
  for (const auto* member : {"kid", "alg", "use", "key_ops"}) {
    EXPECT_THAT(problem_of(kEc, member, 7), HasSubstr(member));
    EXPECT_THAT(problem_of(kEc, member, nullptr), HasSubstr(member));
  }
  EXPECT_THAT(problem_of(kEc, "key_ops", Value::array({1})), HasSubstr("key_ops"));
  for (const auto* member : {"x", "y"}) {
    EXPECT_THAT(problem_of(kEc, member, 7), HasSubstr(member));
    EXPECT_THAT(problem_of(kEc, member, "not base64url!"), HasSubstr(member));
    EXPECT_THAT(problem_of(kEc, member, std::string(kEc.text(member)) + "="), HasSubstr(member));
    EXPECT_THAT(problem_without(kEc, member), HasSubstr(member));
  }
  for (const auto* member : {"n", "e"}) {
    EXPECT_THAT(problem_of(kRsa, member, ""), HasSubstr(member));
    EXPECT_THAT(problem_without(kRsa, member), HasSubstr(member));
  }
  EXPECT_THAT(problem_without(kOkp, "x"), HasSubstr("x"));
}

TEST(Key, IsOneJsonObjectWithoutRepeatedMembers) {
  for (const auto* text : {"", "[]", "null", "\"key\"", "{", R"({"kty":"EC","kty":"RSA"})"}) {
    EXPECT_FALSE(Key::parse(text)) << text;
  }
}

TEST(Key, HasTheSameThumbprintHoweverItsNumbersAreWritten) {
  const auto n = *from_base64url(kRsa.text("n"));
  auto padded = kRsa;
  padded.set("n", to_base64url(std::string(1, '\0') + n));
  const auto key = Key::from_jwk(padded);
  ASSERT_TRUE(key) << key.error();
  EXPECT_EQ(key->thumbprint(), Key::from_jwk(kRsa)->thumbprint());
  EXPECT_TRUE(key->verifies(Algorithm::rs256, "text", signer(Algorithm::rs256).sign("text")));
}

}  // namespace
}  // namespace gatehouse::jose
