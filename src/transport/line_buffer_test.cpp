#include "src/transport/line_buffer.hpp"

#include <algorithm>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace gatehouse::transport {
namespace {

struct Cut {
  std::vector<std::string> lines;
  bool failed = false;
  bool operator==(const Cut&) const = default;
};

// Feeds at most `step` bytes at a time, and never more than there is room for.
Cut cut(std::string_view text, std::size_t step, std::size_t max_line_bytes = 1 << 30) {
  Cut out;
  LineBuffer buffer{max_line_bytes};
  const auto take_all = [&] {
    for (;;) {
      auto line = buffer.next();
      out.failed = out.failed || !line;
      if (!line || !*line) return;
      volatile char slack = 0;
      for (std::size_t i = 0; i < kSlack; ++i) slack = (*line)->data()[(*line)->size() + i];  // for the sanitizers
      (void)slack;
      out.lines.emplace_back((*line)->view());
    }
  };
  while (!text.empty() && !out.failed) {
    buffer.make_room();
    const std::size_t size = std::min({text.size(), step, buffer.free()});
    std::memcpy(buffer.tail(), text.data(), size);
    buffer.grew(size);
    text.remove_prefix(size);
    take_all();
  }
  if (auto rest = buffer.rest(); rest && !out.failed) out.lines.emplace_back(rest->view());
  return out;
}

TEST(LineBuffer, CutsAtLineFeedsAndDropsCarriageReturns) {
  for (const std::size_t step : {1, 2, 3, 100}) {
    EXPECT_EQ(cut("a\n\nb\r\n\r\nc\rd\r\n", step).lines, (std::vector<std::string>{"a", "", "b", "", "c\rd"}));
    EXPECT_EQ(cut("a\nlast", step).lines, (std::vector<std::string>{"a", "last"}));
    EXPECT_TRUE(cut("", step).lines.empty());
  }
}

TEST(LineBuffer, AgreesWithASlowVersionOnLinesOfAllLengths) {
  std::mt19937 random{7};
  auto below = [&](std::size_t n) { return std::uniform_int_distribution<std::size_t>{0, n - 1}(random); };
  for (int round = 0; round < 200; ++round) {
    std::vector<std::string> expected;
    std::string text;
    for (std::size_t n = 1 + below(30); n > 0; --n) {
      const std::size_t magnitude = std::size_t{1} << below(18);
      expected.emplace_back(below(magnitude + 1), static_cast<char>('a' + n % 26));
      text += expected.back() + (below(2) ? "\n" : "\r\n");
    }
    ASSERT_EQ(cut(text, 1 + below(200'000)).lines, expected) << round;
  }
}

TEST(LineBuffer, RefusesALineOverTheLimitWhetherFinishedOrNot) {
  for (const std::size_t step : {1, 7, 1000}) {
    EXPECT_FALSE(cut("1234567890\n", step, 10).failed);
    EXPECT_TRUE(cut("ok\n12345678901\n", step, 10).failed);
    EXPECT_TRUE(cut("ok\n12345678901", step, 10).failed);
    EXPECT_EQ(cut("ok\n12345678901", step, 10).lines, (std::vector<std::string>{"ok"}));
  }
}

TEST(LineBuffer, HandsALongLineOverWithoutCopyingIt) {
  LineBuffer buffer{1 << 30};
  const std::string text = std::string(300'000, 'x').append("\nnext");
  const char* where = nullptr;
  for (std::string_view left = text; !left.empty();) {
    buffer.make_room();
    const std::size_t size = std::min(left.size(), buffer.free());
    std::memcpy(buffer.tail(), left.data(), size);
    where = buffer.tail() + size - left.size();  // meaningful after the last step
    buffer.grew(size);
    left.remove_prefix(size);
    where = buffer.tail() - text.size();
  }
  auto line = buffer.next();
  ASSERT_TRUE(line && *line);
  EXPECT_EQ((*line)->data(), where);
  EXPECT_EQ((*line)->size(), 300'000u);
  EXPECT_EQ(buffer.rest()->view(), "next");
}

TEST(LineBuffer, HoldsLittleMemoryAfterALongLine) {
  LineBuffer buffer{1 << 30};
  for (int i = 0; i < 40; ++i) {
    buffer.make_room();
    const std::size_t size = std::min<std::size_t>(buffer.free(), 65536);
    std::memset(buffer.tail(), i == 39 ? '\n' : 'x', size);
    buffer.grew(size);
    while (buffer.next().value()) {}
  }
  buffer.make_room();
  EXPECT_LE(buffer.free(), 65536u);
}

}  // namespace
}  // namespace gatehouse::transport
