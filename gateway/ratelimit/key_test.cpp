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
  // Made with `openssl mac -macopt hexkey:000102…0f -macopt size:16 siphash`.
  EXPECT_EQ(of(0), "a3817f04ba25a8e66df67214c7550293");
  EXPECT_EQ(of(1), "da87c1d86b99af44347659119b22fc45");
  EXPECT_EQ(of(7), "a1f1ebbed8dbc153c0b84aa61ff08239");
  EXPECT_EQ(of(8), "3b62a9ba6258f5610f83e264f31497b4");
  EXPECT_EQ(of(15), "5493e99933b0a8117e08ec0f97cfc3d9");
  EXPECT_EQ(of(63), "5150d1772f50834a503e069a973fbd7c");
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
