#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <gatehouse/jose/key.hpp>

#include "src/jose/signers_test.hpp"

namespace gatehouse::jose {
namespace {

using json::Value;
using testing::HasSubstr;

std::string found(const KeySet& keys, const std::optional<std::string>& kid, Algorithm algorithm) {
  const auto key = keys.find(kid, algorithm);
  return key ? (*key)->kid().value_or("(no name)") : std::string(to_string(key.error()));
}

Value without_kid(Value jwk) {
  jwk.erase("kid");
  return jwk;
}

TEST(KeySet, WorksWithoutItsBadKeysAndReportsThem) {
  auto broken = open_jwk(Algorithm::es384, "broken");
  broken.erase("y");
  const Value secret = Value::object({{"kty", "oct"}, {"kid", "secret"}, {"use", "enc"}, {"k", "c2VjcmV0"}});
  const auto set = KeySet::parse(test::jwks({broken, open_jwk(Algorithm::es256, "good"), secret, "no key", 7}));
  ASSERT_TRUE(set) << set.error();
  ASSERT_EQ(set->keys().size(), 1u);
  EXPECT_EQ(found(*set, "good", Algorithm::es256), "good");
  ASSERT_EQ(set->problems().size(), 4u);
  EXPECT_EQ(set->problems()[0].kid, "broken");
  EXPECT_EQ(set->problems()[0].position, 0u);
  EXPECT_THAT(set->problems()[0].text, HasSubstr("'y'"));
  EXPECT_EQ(set->problems()[1].kid, "secret");
  EXPECT_THAT(set->problems()[1].text, HasSubstr("symmetric"));
  EXPECT_EQ(set->problems()[1].position, 2u);
}

TEST(KeySet, LeavesOutKeysForOtherPurposesWithoutAWord) {
  auto encrypting = open_jwk(Algorithm::rs256);
  encrypting.set("use", "enc");
  encrypting.set("alg", "RSA-OAEP");
  const Value agreeing =
      Value::object({{"kty", "OKP"}, {"crv", "X25519"}, {"x", "AA"}, {"key_ops", Value::array({"deriveKey"})}});
  const auto set = KeySet::parse(test::jwks({encrypting, agreeing}));
  ASSERT_TRUE(set);
  EXPECT_TRUE(set->keys().empty());
  EXPECT_TRUE(set->problems().empty());
}

TEST(KeySet, FindsTheKeyOfTheNameIfItFits) {
  const auto keys = set_of({open_jwk(Algorithm::rs256, "a"), open_jwk(Algorithm::es256, "b"),
                            signer(Algorithm::ps256).jwk("c"), without_kid(open_jwk(Algorithm::eddsa))});
  EXPECT_EQ(found(keys, "a", Algorithm::rs256), "a");
  EXPECT_EQ(found(keys, "a", Algorithm::ps512), "a");
  EXPECT_EQ(found(keys, "b", Algorithm::es256), "b");
  EXPECT_EQ(found(keys, "c", Algorithm::ps256), "c");
  EXPECT_EQ(found(keys, "c", Algorithm::rs256), "key_mismatch") << "it says itself that it is for PS256";
  EXPECT_EQ(found(keys, "a", Algorithm::es256), "key_mismatch");
  EXPECT_EQ(found(keys, "b", Algorithm::rs256), "key_mismatch");
  EXPECT_EQ(found(keys, "d", Algorithm::rs256), "unknown_key");
  EXPECT_EQ(found(keys, "A", Algorithm::rs256), "unknown_key");
  EXPECT_EQ(found(keys, "", Algorithm::eddsa), "unknown_key") << "no name is not the empty name";
}

TEST(KeySet, FindsAKeyWithoutANameOnlyIfThereIsNoChoice) {
  const auto keys = set_of({open_jwk(Algorithm::rs256, "a"), signer(Algorithm::rs384).jwk("b"),
                            open_jwk(Algorithm::es256, "c"), without_kid(open_jwk(Algorithm::eddsa))});
  EXPECT_EQ(found(keys, std::nullopt, Algorithm::es256), "c");
  EXPECT_EQ(found(keys, std::nullopt, Algorithm::eddsa), "(no name)");
  EXPECT_EQ(found(keys, std::nullopt, Algorithm::rs256), "a") << "b is for RS384 only";
  EXPECT_EQ(found(keys, std::nullopt, Algorithm::rs384), "ambiguous_key");
  EXPECT_EQ(found(keys, std::nullopt, Algorithm::es512), "unknown_key");
  EXPECT_EQ(found(KeySet(), std::nullopt, Algorithm::es512), "unknown_key");
}

TEST(KeySet, DoesNotGuessBetweenKeysOfTheSameName) {
  const auto keys = set_of({open_jwk(Algorithm::rs256, "a"), open_jwk(Algorithm::es256, "a"),
                            signer(Algorithm::rs256).jwk("a"), signer(Algorithm::es384).jwk("b")});
  EXPECT_EQ(found(keys, "a", Algorithm::rs256), "ambiguous_key");
  EXPECT_EQ(found(keys, "a", Algorithm::ps256), "a");
  EXPECT_EQ(found(keys, "a", Algorithm::es256), "a") << "another type of key under the same name is no choice";
}

TEST(KeySet, IsAnObjectWithABoundedListOfKeys) {
  for (const auto* text : {"", "[]", "{}", R"({"keys":{}})", R"({"keys":null})", R"({"keys":[],"keys":[]})", "<html>"}) {
    EXPECT_FALSE(KeySet::parse(text)) << text;
  }
  EXPECT_TRUE(KeySet::parse(R"({"keys":[]})"));
  Value many = Value::array();
  for (std::size_t i = 0; i <= KeySet::kMaxKeys; ++i) many.push(Value::object());
  EXPECT_FALSE(KeySet::parse(Value::object({{"keys", many}}).str()));
}

}  // namespace
}  // namespace gatehouse::jose
