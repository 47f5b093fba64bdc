#include "gateway/cli/table.hpp"

#include <gtest/gtest.h>

#include <clocale>

namespace gatehouse::cli {
namespace {

const std::vector<Column> kHeader = {{"NAME"}, {"KIND", 8}, {"ABOUT"}};
const std::vector<Row> kRows = {{"a", "x", "short"}, {"a.longer", "0123456789", "this text does not fit at all"}};

TEST(Table, SeparatesByTabsWithoutTitlesForScripts) {
  EXPECT_EQ(table(kHeader, kRows, {}), "a\tx\tshort\na.longer\t0123456789\tthis text does not fit at all\n");
}

TEST(Table, AlignsAndCutsForTerminals) {
  EXPECT_EQ(table(kHeader, kRows, {.terminal = true, .columns = 34}),
            "NAME      KIND      ABOUT\n"
            "a         x         short\n"
            "a.longer  0123456…  this text doe…\n");
}

TEST(Table, ColoursOnlyTheTitles) {
  const std::string text = table({{"A"}}, {{"b"}}, {.terminal = true, .color = true});
  EXPECT_EQ(text, "\x1b[1mA\x1b[0m\nb\n");
}

TEST(Table, KeepsCellsOnOneLineAndTheirControlCharactersOut) {
  EXPECT_EQ(table({{"A"}, {"B"}}, {{"a\n\tb", "\x1b[2Jc\xc2\x9bm"}}, {}), "a b\t?[2Jc?m\n");
}

TEST(Table, CountsColumnsNotBytes) {
  ASSERT_NE(std::setlocale(LC_CTYPE, "C.UTF-8"), nullptr);
  EXPECT_EQ(width("äöü"), 3U);
  EXPECT_EQ(width("日本"), 4U);
  EXPECT_EQ(cut("日本語", 5), "日本…");
  EXPECT_EQ(cut("äöü", 3), "äöü");
  EXPECT_EQ(width("\xff\xc3"), 2U) << "what is no UTF-8 takes a column per byte";
}

}  // namespace
}  // namespace gatehouse::cli
