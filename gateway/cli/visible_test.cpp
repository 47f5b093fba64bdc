#include "gateway/cli/visible.hpp"

#include <gtest/gtest.h>

namespace gatehouse::cli {
namespace {

TEST(Visible, LeavesOrdinaryTextAlone) {
  EXPECT_EQ(visible("Straße, 東京, 🙂"), "Straße, 東京, 🙂");
  EXPECT_EQ(visible(""), "");
}

TEST(Visible, ShowsWhatTerminalsHide) {
  EXPECT_EQ(visible("a\u200bb"), "a<U+200B>b");
  EXPECT_EQ(visible("\u202efdp.exe"), "<U+202E>fdp.exe");
  EXPECT_EQ(visible("ok\U000e0041\U000e0042"), "ok<U+E0041><U+E0042>");
  EXPECT_EQ(visible("\u00ad\u2028\ufeff"), "<U+00AD><U+2028><U+FEFF>");
}

TEST(Visible, TakesWhatIsNoText) {
  EXPECT_EQ(visible("\x1b[2J"), "?[2J");
  EXPECT_EQ(visible(std::string_view("\xe2\x80", 2)).size(), 2u);
}

}  // namespace
}  // namespace gatehouse::cli
