#include "gateway/ratelimit/key.hpp"

#include <string>

#include <gtest/gtest.h>

namespace gatehouse::ratelimit {
namespace {

Seed counting() {
  Seed seed;
  for (std::size_t i = 0; i < seed.size(); ++i) seed[i] = static_cast<std::uint8_t>(i);
  return seed;
}

std::string counting_text(std::size_t size) {
  std::string out;
  for (std::size_t i = 0; i < size; ++i) out += static_cast<char>(i);
  return out;
}

std::string hex(const Key& key) {
  std::string out;
  for (const std::uint64_t word : {key.low, key.high})
    for (int i = 0; i < 8; ++i) {
      const auto byte = static_cast<unsigned>(word >> (8 * i) & 0xff);
      out += "0123456789abcdef"[byte >> 4];
      out += "0123456789abcdef"[byte & 15];
    }
  return out;
}

TEST(KeyMaker, IsSipHashWith128Bits) {
  const auto of = [](std::size_t size) { return hex(KeyMaker(counting()).add(counting_text(size)).finish()); };
  // Made with `openssl mac -macopt hexkey:000102…0f -macopt size:16 -macopt c-rounds:1 -macopt d-rounds:3 siphash`.
  EXPECT_EQ(of(0), "e77ebcb22788a5befd62db6add303001");
  EXPECT_EQ(of(1), "fc6f370460d3eda85e0573cc2b2ff063");
  EXPECT_EQ(of(7), "1084b923f2aae0c3a62f2ec80848ab77");
  EXPECT_EQ(of(8), "aa12fee1d5e3dab4724f16ab35f9c799");
  EXPECT_EQ(of(15), "c17e5505b2bd526c2921cdec1e7e0109");
  EXPECT_EQ(of(63), "4c5800e34efe426f079f6b0aa75260ad");
}

TEST(KeyMaker, DoesNotCareHowBytesComeInPieces) {
  const std::string text = counting_text(40);
  const Key whole = KeyMaker(counting()).add(text).finish();
  for (std::size_t first = 0; first <= text.size(); ++first)
    for (std::size_t second = first; second <= text.size(); ++second) {
      const std::string_view view = text;
      EXPECT_EQ(KeyMaker(counting())
                    .add(view.substr(0, first))
                    .add(view.substr(first, second - first))
                    .add(view.substr(second))
                    .finish(),
                whole);
    }
  EXPECT_EQ(KeyMaker(counting()).add("a").add(std::uint64_t{0x62}).finish(),
            KeyMaker(counting()).add(std::string("ab\0\0\0\0\0\0\0", 9)).finish());
}

TEST(KeyMaker, AnotherSeedMakesOtherKeys) {
  Seed other = counting();
  other[15] ^= 1;
  EXPECT_NE(KeyMaker(counting()).add("alice").finish(), KeyMaker(other).add("alice").finish());
}

}  // namespace
}  // namespace gatehouse::ratelimit
