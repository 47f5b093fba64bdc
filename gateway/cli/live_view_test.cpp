#include "gateway/cli/live_view.hpp"

#include <gtest/gtest.h>

namespace gatehouse::cli {
namespace {

json::Value value(std::string_view text) { return json::parse(text).value(); }

TEST(ProgressLine, DrawsABarOfWhatIsKnown) {
  EXPECT_EQ(progress_line(value(R"({"progress":2,"total":5,"message":"copying"})"), 80),
            "[########------------]  40%  2/5  copying");
  EXPECT_EQ(progress_line(value(R"({"progress":0.5,"total":1})"), 80), "[##########----------]  50%  0.5/1");
  EXPECT_EQ(progress_line(value(R"({"progress":9,"total":3})"), 80), "[####################] 100%  9/3");
}

TEST(ProgressLine, CountsWithoutATotal) {
  EXPECT_EQ(progress_line(value(R"({"progress":7,"message":"rows"})"), 80), "... 7  rows");
  EXPECT_EQ(progress_line(value(R"({"progress":7,"total":0})"), 80), "... 7");
}

TEST(ProgressLine, StaysInItsLine) {
  EXPECT_EQ(progress_line(value(R"({"progress":1,"message":"a\nb\u001b[A"})"), 80), "... 1  a b?[A");
  EXPECT_EQ(progress_line(value(R"({"progress":1,"message":"0123456789"})"), 12), "... 1  012…");
}

TEST(ProgressLine, SurvivesNonsense) {
  EXPECT_EQ(progress_line(value(R"({"progress":"x","total":{}})"), 80), "... ");
  EXPECT_EQ(progress_line(value(R"({"progress":1e999,"total":1})"), 80), "[--------------------]   0%  1e999/1");
}

TEST(LogText, ShowsTextsAndData) {
  EXPECT_EQ(log_text(value(R"({"data":"two\nlines"})")), "two lines");
  EXPECT_EQ(log_text(value(R"({"logger":"db","data":{"rows":3}})")), R"([db] {"rows":3})");
  EXPECT_EQ(log_text(value("{}")), "");
}

}  // namespace
}  // namespace gatehouse::cli
