#include "gateway/telemetry/line.hpp"

#include <array>
#include <span>
#include <string>

#include <gtest/gtest.h>

#include <gatehouse/json/value.hpp>

namespace gatehouse::telemetry {
namespace {

using namespace std::chrono_literals;

std::string escaped(std::string_view text, std::size_t budget = 1000) {
  std::array<char, 2000> space;
  Line line(space);
  return std::string(line.escaped(text, budget).view());
}
std::string word(std::string_view text) {
  std::array<char, 2000> space;
  Line line(space);
  return std::string(line.word(text, 100).view());
}

TEST(Line, TakesTextThatIsNowhere) {
  std::array<char, 10> space;
  EXPECT_EQ(Line(space).raw("a").raw({}).raw("b").view(), "ab");
}

TEST(Line, EscapesWhatJsonAndTerminalsMindAtEveryOffset) {
  for (std::size_t offset = 0; offset < 20; ++offset) {
    const std::string before(offset, 'a'), after(17, 'b');
    EXPECT_EQ(escaped(before + "\"\\\n\t\r\x01\x1b\x7f" + after),
              before + R"(\"\\\n\t\u000d\u0001\u001b\u007f)" + after);
    EXPECT_EQ(escaped(before + "\u00e4\u20ac\U0001F600\u0085" + after),
              before + "\u00e4\u20ac\U0001F600\\u0085" + after);
  }
}

TEST(Line, ReplacesWhatIsNotUtf8) {
  for (const auto* bad :
       {"\x80", "\xff", "\xc3", "\xc0\xaf", "\xe2\x82", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xf0\x80\x80\x80"}) {
    const std::string out = escaped(std::string("x") + bad + "y");
    EXPECT_TRUE(out.starts_with("x\uFFFD") && out.ends_with("y")) << out;
    const auto back = json::parse("\"" + out + "\"");
    EXPECT_TRUE(back) << out;
  }
}

TEST(Line, EveryByteBecomesJson) {
  for (int c = 0; c < 256; ++c) {
    const std::string text = std::string(1, static_cast<char>(c)) + "12345678" + std::string(1, static_cast<char>(c));
    const auto back = json::parse("\"" + escaped(text) + "\"");
    ASSERT_TRUE(back) << c;
    EXPECT_EQ(*back->as_string() == text, c < 0x80) << c;
  }
}

TEST(Line, EscapesInTextsOfEveryLength) {
  for (std::size_t length = 1; length < 36; ++length) {
    for (std::size_t position = 0; position < length; ++position) {
      for (int c = 0; c < 256; ++c) {
        std::string text(length, 'x');
        text[position] = static_cast<char>(c);
        const bool plain = c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
        ASSERT_EQ(escaped(text) == text, plain) << c << " at " << position << " of " << length;
      }
    }
  }
}

TEST(Line, CutsAtCharactersAndSaysSo) {
  const std::string plain(100, 'a');
  for (std::size_t budget = 10; budget < 60; ++budget) {
    for (const std::string& text :
         {plain, std::string(50, '\n'),
          std::string("\u20ac\u20ac\u20ac\u20ac\u20ac\u20ac\u20ac\u20ac\u20ac\u20ac\u20ac\u20ac\u20ac\u20ac\u20ac\u20ac"
                      "\u20ac\u20ac\u20ac\u20ac\u20ac\u20ac\u20ac\u20ac")}) {
      const std::string out = escaped(text, budget);
      EXPECT_LE(out.size(), budget);
      EXPECT_TRUE(out.ends_with("\u2026")) << out;
      EXPECT_TRUE(json::parse("\"" + out + "\"")) << out;
    }
  }
  EXPECT_EQ(escaped(plain, 1000), plain);
}

TEST(Line, NeverLeavesItsSpace) {
  std::array<char, 40> space;
  space.fill('#');
  const std::span<char> all(space);
  Line line(all.first(30));
  line.raw("0123456789")
      .escaped(std::string(100, '\x01'), 1000)
      .raw("0123456789")
      .milliseconds(123456ms)
      .number(1234567890123LL);
  EXPECT_LE(line.view().size(), 30u);
  EXPECT_EQ(std::string(space.data() + 30, 10), "##########");
}

TEST(Line, QuotesWordsThatAreNotPlain) {
  EXPECT_EQ(word("tools/call"), "tools/call");
  EXPECT_EQ(word(""), "\"\"");
  EXPECT_EQ(word("a b"), "\"a b\"");
  EXPECT_EQ(word("a=b"), "\"a=b\"");
  EXPECT_EQ(word("\x1b[31m"), "\"\\u001b[31m\"");
}

TEST(Line, WritesMilliseconds) {
  std::array<char, 64> space;
  EXPECT_EQ(Line(space).milliseconds(1234567us).view(), "1234.567");
  EXPECT_EQ(Line(space).milliseconds(5us).view(), "0.005");
  EXPECT_EQ(Line(space).milliseconds(-5us).view(), "0.000");
}

TEST(Stamp, IsUtcWithMilliseconds) {
  Stamp stamp;
  const std::chrono::system_clock::time_point day = std::chrono::sys_days{std::chrono::year{2026} / 2 / 28};
  EXPECT_EQ(stamp.at(day), "2026-02-28T00:00:00.000Z");
  EXPECT_EQ(stamp.at(day + 7ms), "2026-02-28T00:00:00.007Z");
  EXPECT_EQ(stamp.at(day + 86'399'999ms), "2026-02-28T23:59:59.999Z");
  EXPECT_EQ(stamp.at(day + 86'400'000ms), "2026-03-01T00:00:00.000Z");
  EXPECT_EQ(stamp.at(day + 7ms), "2026-02-28T00:00:00.007Z");
}

}  // namespace
}  // namespace gatehouse::telemetry
