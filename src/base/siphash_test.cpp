#include <gatehouse/base/siphash.hpp>

#include <string>

#include <gtest/gtest.h>

namespace gatehouse {
namespace {

HashSeed counting() {
  HashSeed seed;
  for (std::size_t i = 0; i < seed.size(); ++i) seed[i] = static_cast<std::uint8_t>(i);
  return seed;
}

std::string counting_text(std::size_t size) {
  std::string out;
  for (std::size_t i = 0; i < size; ++i) out += static_cast<char>(i);
  return out;
}

std::string hex(const Hash128& hash) {
  std::string out;
  for (const std::uint64_t word : {hash.low, hash.high})
    for (int i = 0; i < 8; ++i) {
      const auto byte = static_cast<unsigned>(word >> (8 * i) & 0xff);
      out += "0123456789abcdef"[byte >> 4];
      out += "0123456789abcdef"[byte & 15];
    }
  return out;
}

using Short = SipHash<1, 3>;
using Long = SipHash<2, 4>;

template <class Hash>
std::string of(std::size_t size) {
  return hex(Hash(counting()).add(counting_text(size)).finish());
}

// Made with `openssl mac -macopt hexkey:000102…0f -macopt size:16 -macopt c-rounds:1 -macopt d-rounds:3 siphash`.
TEST(SipHash, IsAsOthersMakeItWithFewRounds) {
  EXPECT_EQ(of<Short>(0), "e77ebcb22788a5befd62db6add303001");
  EXPECT_EQ(of<Short>(1), "fc6f370460d3eda85e0573cc2b2ff063");
  EXPECT_EQ(of<Short>(7), "1084b923f2aae0c3a62f2ec80848ab77");
  EXPECT_EQ(of<Short>(8), "aa12fee1d5e3dab4724f16ab35f9c799");
  EXPECT_EQ(of<Short>(15), "c17e5505b2bd526c2921cdec1e7e0109");
  EXPECT_EQ(of<Short>(63), "4c5800e34efe426f079f6b0aa75260ad");
}

// The same without the numbers of rounds; also the authors' own test vectors.
TEST(SipHash, IsAsOthersMakeItWithManyRounds) {
  EXPECT_EQ(of<Long>(0), "a3817f04ba25a8e66df67214c7550293");
  EXPECT_EQ(of<Long>(1), "da87c1d86b99af44347659119b22fc45");
  EXPECT_EQ(of<Long>(7), "a1f1ebbed8dbc153c0b84aa61ff08239");
  EXPECT_EQ(of<Long>(8), "3b62a9ba6258f5610f83e264f31497b4");
  EXPECT_EQ(of<Long>(15), "5493e99933b0a8117e08ec0f97cfc3d9");
  EXPECT_EQ(of<Long>(63), "5150d1772f50834a503e069a973fbd7c");
}

TEST(SipHash, DoesNotCareHowBytesComeInPieces) {
  const std::string text = counting_text(40);
  const Hash128 whole = Short(counting()).add(text).finish();
  for (std::size_t first = 0; first <= text.size(); ++first)
    for (std::size_t second = first; second <= text.size(); ++second) {
      const std::string_view view = text;
      EXPECT_EQ(Short(counting())
                    .add(view.substr(0, first))
                    .add(view.substr(first, second - first))
                    .add(view.substr(second))
                    .finish(),
                whole);
    }
  EXPECT_EQ(Short(counting()).add("a").add(std::uint64_t{0x62}).finish(),
            Short(counting()).add(std::string("ab\0\0\0\0\0\0\0", 9)).finish());
}

TEST(SipHash, AnotherSeedMakesOtherHashes) {
  HashSeed other = counting();
  other[15] ^= 1;
  EXPECT_NE(Short(counting()).add("alice").finish(), Short(other).add("alice").finish());
}

}  // namespace
}  // namespace gatehouse
