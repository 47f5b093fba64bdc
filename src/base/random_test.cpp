#include <gatehouse/base/random.hpp>

#include <algorithm>
#include <vector>

#include <gtest/gtest.h>

namespace gatehouse {
namespace {

TEST(RandomBytes, FillAllThatTheyAreGiven) {
  for (const std::size_t size : {0u, 1u, 16u, 257u, 100'000u}) {
    std::vector<std::uint8_t> first(size + 1), second(size + 1);
    random_bytes(std::span(first).first(size));
    random_bytes(std::span(second).first(size));
    EXPECT_EQ(first.back(), 0);
    if (size < 16) continue;
    EXPECT_NE(first, second);
    EXPECT_TRUE(std::any_of(first.end() - 17, first.end() - 1, [](auto byte) { return byte != 0; }))
        << "also at the end";
  }
}

}  // namespace
}  // namespace gatehouse
