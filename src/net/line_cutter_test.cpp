#include "src/net/line_cutter.hpp"

#include <vector>

#include <gtest/gtest.h>

namespace gatehouse::net {
namespace {

std::vector<std::string> cut(std::string_view text, std::size_t step, std::size_t max_bytes) {
  std::vector<std::string> lines;
  auto keep = [&](std::string_view line) { lines.emplace_back(line); };
  LineCutter cutter{max_bytes};
  for (; !text.empty(); text.remove_prefix(std::min(step, text.size()))) cutter.feed(text.substr(0, step), keep);
  cutter.end(keep);
  return lines;
}

TEST(LineCutter, GivesTheSameLinesHoweverTheTextComes) {
  const std::string text = "one\r\n\ntwo two two\n\r\nlast";
  for (std::size_t step = 1; step <= text.size(); ++step) {
    EXPECT_EQ(cut(text, step, 100), (std::vector<std::string>{"one", "", "two two two", "", "last"})) << step;
    EXPECT_EQ(cut(text, step, 5), (std::vector<std::string>{"one", "", "two t", "", "last"})) << step;
  }
}

TEST(LineCutter, EndsWithoutALineWhenNothingFollowsTheLastLineEnd) {
  EXPECT_EQ(cut("a\n", 1, 10), (std::vector<std::string>{"a"}));
  EXPECT_TRUE(cut("", 1, 10).empty());
}

}  // namespace
}  // namespace gatehouse::net
