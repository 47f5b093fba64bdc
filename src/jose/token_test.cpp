#include <gatehouse/jose/token.hpp>

#include <gtest/gtest.h>

#include "tests/support/signing_key.hpp"

namespace gatehouse::jose {
namespace {

using json::Value;
using test::SigningKey;

const Algorithm kEach[] = {Algorithm::rs256, Algorithm::rs384, Algorithm::rs512, Algorithm::ps256, Algorithm::ps384,
                           Algorithm::ps512, Algorithm::es256, Algorithm::es384, Algorithm::es512, Algorithm::eddsa};

KeySet set_of(std::initializer_list<Value> jwks) {
  auto set = KeySet::parse(test::jwks(jwks));
  EXPECT_TRUE(set && set->problems().empty());
  return *set;
}

TEST(Token, OfEveryAlgorithmIsVerifiedAndGivesItsClaims) {
  for (const Algorithm algorithm : kEach) {
    const auto key = SigningKey::generate(algorithm);
    const auto token = key.token(Value::object({{"iss", "me"}, {"sub", "you"}}));
    const auto verified = verify(token, set_of({key.jwk()}), kAllAlgorithms);
    ASSERT_TRUE(verified) << name_of(algorithm) << ": " << to_string(verified.error());
    EXPECT_EQ(verified->header.algorithm, algorithm);
    EXPECT_EQ(verified->header.typ, "at+jwt");
    EXPECT_EQ(verified->header.kid, "k1");
    EXPECT_EQ(verified->claims, Value::object({{"iss", "me"}, {"sub", "you"}}));
  }
}

}  // namespace
}  // namespace gatehouse::jose
