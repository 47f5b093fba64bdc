#include <gatehouse/base/short_text.hpp>

#include <gtest/gtest.h>

namespace gatehouse {
namespace {

TEST(ShortText, IsWhatWasAppendedShortOrLong) {
  for (std::size_t step = 1; step < 12; ++step) {
    ShortText<16> text;
    std::string expected;
    EXPECT_EQ(text.view(), "");
    for (int i = 0; i < 20; ++i) {
      const std::string piece(step, static_cast<char>('a' + i));
      text.append(piece).append("");
      EXPECT_EQ(text.view(), expected += piece);
    }
  }
}

}  // namespace
}  // namespace gatehouse
