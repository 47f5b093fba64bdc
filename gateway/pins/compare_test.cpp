#include "gateway/pins/compare.hpp"

#include <gtest/gtest.h>

namespace gatehouse::pins {
namespace {

json::Value value(std::string_view text) { return *json::parse(text); }

std::string marked(std::string_view before, std::string_view after) {
  std::string text;
  for (const Line& line : compare_lines(before, after))
    text += std::string(1, " -+"[static_cast<std::size_t>(line.what)]) + line.text + "\n";
  return text;
}

TEST(Compare, GoesInwardsThroughObjects) {
  const auto differences =
      compare(value(R"({"a":{"b":1,"c":[1]},"d":"x"})"), value(R"({"d":"x","a":{"c":[2],"e":true}})"));
  EXPECT_EQ(differences,
            (std::vector<Difference>{
                {"a.b", 1, std::nullopt}, {"a.c", value("[1]"), value("[2]")}, {"a.e", std::nullopt, true}}));
}

TEST(Compare, SpellingAndOrderAreNoChange) {
  EXPECT_TRUE(compare(value(R"({"a":2.0,"b":[{"x":1,"y":2}]})"), value(R"({"b":[{"y":2,"x":1}],"a":2})")).empty());
}

TEST(Compare, AnObjectMayBecomeSomethingElse) {
  EXPECT_EQ(compare(value(R"({"a":{}})"), value(R"({"a":null})")),
            (std::vector<Difference>{{"a", value("{}"), nullptr}}));
}

TEST(CompareLines, ShowsWhatIsTheSameOnce) {
  EXPECT_EQ(marked("a\nb\nc", "a\nx\nc"), " a\n-b\n+x\n c\n");
  EXPECT_EQ(marked("a", "a\nb"), " a\n+b\n");
  EXPECT_EQ(marked("a\nb\nc\nd", "b\nd\ne"), "-a\n b\n-c\n d\n+e\n");
  EXPECT_EQ(marked("", "b"), "-\n+b\n");
}

TEST(CompareLines, LongTextsEndInTime) {
  std::string before, after;
  for (int line = 0; line < 50'000; ++line) {
    before += "a" + std::to_string(line) + "\n";
    after += "b" + std::to_string(line) + "\n";
  }
  EXPECT_EQ(compare_lines(before, after).size(), 100'001u);
}

}  // namespace
}  // namespace gatehouse::pins
