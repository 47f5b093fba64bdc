#include "src/transport/line_io.hpp"

#include <string>

#include <gtest/gtest.h>

namespace gatehouse::transport {
namespace {

std::string joined(const json::Pieces& pieces) {
  std::string out;
  for (const auto piece : pieces) out += piece;
  return out;
}

TEST(OneLine, ReplacesRawLineBreaksAndEndsTheLine) {
  std::string space;
  EXPECT_EQ(joined(one_line({"{\n", "", "\"a\":\r\n1,", "\"b\\n\":2", "\r}\n"}, space)), "{ \"a\":  1,\"b\\n\":2 } \n");
}

TEST(OneLine, CopiesNothingThatNeedsNoChange) {
  std::string space;
  const std::string_view clean = "{\"id\":1,", broken = "\"x\":\n2}";
  const json::Pieces line = one_line({clean, broken, clean}, space);
  ASSERT_EQ(line.size(), 4u);
  EXPECT_EQ(line[0].data(), clean.data());
  EXPECT_NE(line[1].data(), broken.data());
  EXPECT_EQ(line[2].data(), clean.data());
}

}  // namespace
}  // namespace gatehouse::transport
