// Signatures that are wrong in the ways that implementations get wrong.
#include "src/jose/signature.hpp"

#include <gtest/gtest.h>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/rand.h>

#include <array>

#include <gatehouse/base/base64url.hpp>

#include "src/jose/signers_test.hpp"

namespace gatehouse::jose {
namespace {

constexpr std::array kEcdsa{Algorithm::es256, Algorithm::es384, Algorithm::es512};

Key key_of(Algorithm algorithm) { return *Key::from_jwk(open_jwk(algorithm)); }

bool accepts(Algorithm algorithm, std::string_view signature) {
  const bool accepted = key_of(algorithm).verifies(algorithm, "text", signature);
  EXPECT_EQ(ERR_peek_error(), 0u) << "nothing is left for the next user of OpenSSL";
  return accepted;
}

struct Number {
  BIGNUM* value;
  ~Number() { BN_free(value); }
};

Number order_of(Algorithm algorithm) {
  const int curve = algorithm == Algorithm::es256   ? NID_X9_62_prime256v1
                    : algorithm == Algorithm::es384 ? NID_secp384r1
                                                    : NID_secp521r1;
  EC_GROUP* const group = EC_GROUP_new_by_curve_name(curve);
  Number order{BN_dup(EC_GROUP_get0_order(group))};
  EC_GROUP_free(group);
  return order;
}

std::string bytes_of(const BIGNUM* number, std::size_t size) {
  std::string bytes(size, '\0');
  BN_bn2binpad(number, reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(size));
  return bytes;
}

/// What OpenSSL makes of r and s.
std::string slow_der(std::string_view raw) {
  const auto* const bytes = reinterpret_cast<const unsigned char*>(raw.data());
  const auto half = static_cast<int>(raw.size() / 2);
  ECDSA_SIG* const parts = ECDSA_SIG_new();
  ECDSA_SIG_set0(parts, BN_bin2bn(bytes, half, nullptr), BN_bin2bn(bytes + half, half, nullptr));
  unsigned char* der = nullptr;
  const int size = i2d_ECDSA_SIG(parts, &der);
  std::string text(reinterpret_cast<const char*>(der), static_cast<std::size_t>(size));
  OPENSSL_free(der);
  ECDSA_SIG_free(parts);
  return text;
}

TEST(Signature, OfAnyIntegersBecomesWhatOpensslWouldWrite) {
  for (const auto& [curve, half] : {std::pair{KeyType::p256, 32}, {KeyType::p384, 48}, {KeyType::p521, 66}}) {
    for (int round = 0; round < 300; ++round) {
      std::string raw(static_cast<std::size_t>(2 * half), '\0');
      RAND_bytes(reinterpret_cast<unsigned char*>(raw.data()), 2 * half);
      const auto zeros = static_cast<std::size_t>(round % (half + 1));
      if (round % 3 == 1) raw.replace(0, zeros, zeros, '\0');
      if (round % 3 == 2) raw.replace(static_cast<std::size_t>(half), zeros, zeros, '\0');
      EXPECT_EQ(ecdsa_to_der(curve, raw).view(), slow_der(raw));
    }
  }
}

TEST(Signature, T8OfTheWrongLengthIsRefused) {
  for (const Algorithm algorithm : kEachAlgorithm) {
    const auto right = signer(algorithm).sign("text");
    ASSERT_TRUE(accepts(algorithm, right)) << name_of(algorithm);
    const std::string zero(1, '\0');
    for (const auto& wrong : {std::string(), right.substr(1), right.substr(0, right.size() - 1), zero + right,
                              right + zero, right + right, zero, right.substr(0, right.size() / 2)}) {
      EXPECT_FALSE(accepts(algorithm, wrong)) << name_of(algorithm) << ", " << wrong.size() << " bytes";
    }
  }
}

TEST(Signature, T8WithAZeroInFrontOfBothIntegersIsRefused) {
  for (const Algorithm algorithm : kEcdsa) {
    const auto right = signer(algorithm).sign("text");
    const auto half = right.size() / 2;
    const std::string zero(1, '\0');
    EXPECT_FALSE(accepts(algorithm, zero + right.substr(0, half) + zero + right.substr(half)));
  }
}

TEST(Signature, T8InDerIsRefused) {
  for (const Algorithm algorithm : kEcdsa) {
    EXPECT_FALSE(accepts(algorithm, slow_der(signer(algorithm).sign("text")))) << name_of(algorithm);
  }
}

TEST(Signature, T8WithIntegersOutOfRangeIsRefused) {
  for (const Algorithm algorithm : kEcdsa) {
    const auto right = signer(algorithm).sign("text");
    const auto half = right.size() / 2;
    const auto r = right.substr(0, half), s = right.substr(half);
    const Number n = order_of(algorithm);
    const auto order = bytes_of(n.value, half);
    const std::string zero(half, '\0'), ones(half, '\xff'), one = std::string(half - 1, '\0') + '\x01';
    for (const auto& odd : {zero, ones, order, one}) {
      EXPECT_FALSE(accepts(algorithm, odd + s)) << name_of(algorithm);
      EXPECT_FALSE(accepts(algorithm, r + odd)) << name_of(algorithm);
      EXPECT_FALSE(accepts(algorithm, odd + odd)) << name_of(algorithm);
    }
    EXPECT_FALSE(accepts(algorithm, s + r));
  }
}

TEST(Signature, T8WithTheOrderAddedToAnIntegerIsRefused) {
  const auto right = signer(Algorithm::es512).sign("text");  // 521 bits leave room in 66 bytes
  const Number n = order_of(Algorithm::es512);
  for (const std::size_t at : {0u, 66u}) {
    Number part{BN_bin2bn(reinterpret_cast<const unsigned char*>(right.data() + at), 66, nullptr)};
    BN_add(part.value, part.value, n.value);
    auto changed = right;
    changed.replace(at, 66, bytes_of(part.value, 66));
    EXPECT_FALSE(accepts(Algorithm::es512, changed));
  }
}

TEST(Signature, T8OfEd25519HasOneForm) {
  const auto right = signer(Algorithm::eddsa).sign("text");
  // S + L, where L = 2^252 + 27742317777372353535851937790883648493 (RFC 8032 section 5.1.7).
  constexpr std::array<unsigned char, 32> kOrder{0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7,
                                                 0xa2, 0xde, 0xf9, 0xde, 0x14, 0,    0,    0,    0,    0,    0,
                                                 0,    0,    0,    0,    0,    0,    0,    0,    0,    0x10};
  auto other = right;
  unsigned carry = 0;
  for (std::size_t i = 0; i < kOrder.size(); ++i) {
    carry += static_cast<unsigned char>(right[32 + i]) + kOrder[i];
    other[32 + i] = static_cast<char>(carry & 255);
    carry >>= 8;
  }
  EXPECT_EQ(carry, 0u);
  EXPECT_FALSE(accepts(Algorithm::eddsa, other));
  for (const int bit : {0x20, 0x40, 0x80}) {
    auto high = right;
    high[63] = static_cast<char>(high[63] | bit);
    EXPECT_FALSE(accepts(Algorithm::eddsa, high));
  }
  EXPECT_FALSE(accepts(Algorithm::eddsa, std::string(64, '\0')));
}

TEST(Signature, T4OfRsaIsOfItsOwnSchemeAndHash) {
  for (const Algorithm made : kEachAlgorithm) {
    for (const Algorithm asked : kEachAlgorithm) {
      if (made > Algorithm::ps512 || asked > Algorithm::ps512) continue;
      EXPECT_EQ(accepts(asked, signer(made).sign("text")), made == asked) << name_of(made) << " as " << name_of(asked);
    }
  }
}

TEST(Signature, T8OfRsaIsANumberBelowTheModulus) {
  const auto modulus = *from_base64url(open_jwk(Algorithm::rs256).text("n"));
  for (const Algorithm algorithm : {Algorithm::rs256, Algorithm::ps256}) {
    const std::string zero(256, '\0'), one = std::string(255, '\0') + '\x01';
    for (const auto& odd : {zero, one, modulus, std::string(256, '\xff')}) EXPECT_FALSE(accepts(algorithm, odd));
  }
}

TEST(Signature, T8WithAnotherSaltLengthIsRefused) {
  const auto& key = signer(Algorithm::ps256);
  EXPECT_TRUE(accepts(Algorithm::ps256, key.sign_with_salt("text", 32)));
  for (const int bytes : {0, 20, 31, 33, 64}) {
    EXPECT_FALSE(accepts(Algorithm::ps256, key.sign_with_salt("text", bytes))) << bytes;
  }
}

TEST(Signature, OfAnotherTextOrKeyIsRefused) {
  for (const Algorithm algorithm : kEachAlgorithm) {
    EXPECT_FALSE(accepts(algorithm, signer(algorithm).sign("Text"))) << name_of(algorithm);
    EXPECT_FALSE(accepts(algorithm, signer(algorithm).sign(""))) << name_of(algorithm);
  }
  for (const Algorithm algorithm : {Algorithm::es256, Algorithm::es384, Algorithm::es512, Algorithm::eddsa}) {
    EXPECT_FALSE(accepts(algorithm, test::SigningKey::generate(algorithm).sign("text"))) << name_of(algorithm);
  }
}

}  // namespace
}  // namespace gatehouse::jose
