#include <gatehouse/json/text.hpp>

#include <gtest/gtest.h>

namespace gatehouse::json {
namespace {

using namespace std::string_view_literals;

constexpr auto kReplacement = "\xEF\xBF\xBD"sv;

TEST(Quoted, EscapesQuoteBackslashAndControls) {
  EXPECT_EQ(json::quoted("a\"b\\c/d"), R"("a\"b\\c/d")");
  EXPECT_EQ(json::quoted("\b\f\n\r\t"), R"("\b\f\n\r\t")");
  EXPECT_EQ(json::quoted("\0\x01\x1f\x7f"sv), "\"\\u0000\\u0001\\u001f\x7f\"");
  EXPECT_EQ(json::quoted(""), "\"\"");
}

TEST(Quoted, KeepsValidUtf8) {
  for (const auto text : {"\u00e9"sv, "\u20ac"sv, "\U0001F600"sv, "\uFFFD"sv, "\U0010FFFF"sv, "\u2028"sv}) {
    EXPECT_EQ(json::quoted(text), "\"" + std::string(text) + "\"");
  }
}

TEST(Quoted, ReplacesEachBrokenSequenceOnce) {
  struct Case {
    std::string_view bytes;
    int replacements;
  };
  // Unicode 15, section 3.9: a maximal beginning of a sequence counts once.
  for (const auto& [bytes, replacements] : {Case{"\x80"sv, 1},
                                            {"\xC3"sv, 1},
                                            {"\xC0\xAF"sv, 2},
                                            {"\xE2\x82"sv, 1},
                                            {"\xED\xA0\x80"sv, 3},
                                            {"\xF0\x9F\x98"sv, 1},
                                            {"\xF4\x90\x80\x80"sv, 4},
                                            {"\xE0\x80\x80"sv, 3},
                                            {"\xFF\xFE"sv, 2},
                                            {"\xF0\x80\x80\x80"sv, 4},
                                            {"\xF5\x80"sv, 2}}) {
    std::string expected = "\"a";
    for (int i = 0; i < replacements; ++i) expected += kReplacement;
    EXPECT_EQ(json::quoted("a" + std::string(bytes) + "z"), expected + "z\"") << testing::PrintToString(bytes);
  }
}

TEST(Unquote, UndoesEveryEscape) {
  EXPECT_EQ(unquote(R"("a\"\\\/\b\f\n\r\tz")").value(), "a\"\\/\b\f\n\r\tz");
  EXPECT_EQ(unquote(R"("\u0041\u00e9\u20AC\ud83d\ude00")").value(), "A\u00e9\u20ac\U0001F600");
  EXPECT_EQ(unquote(R"("\u0000")").value(), "\0"sv);
  EXPECT_EQ(unquote("\"\"").value(), "");
}

TEST(Unquote, RefusesWhatIsNoStringToken) {
  for (const auto raw : {""sv, "a"sv, "\""sv, "\"a"sv, "a\""sv, "\"a\"b"sv, "\"a\" "sv, "\"\\\""sv, "\"\\x\""sv,
                         "\"\\u00\""sv, "\"\n\""sv, "\"\xC3\""sv, "\"\xED\xA0\x80\""sv, "1"sv}) {
    const auto text = unquote(raw);
    ASSERT_FALSE(text) << raw;
    EXPECT_EQ(text.error().kind, Kind::parse_error);
  }
}

TEST(Unquote, RefusesHalfSurrogatePairs) {
  for (const char* raw :
       {R"("\ud83d")", R"("\ude00")", R"("\ud83d\u0041")", R"("\ud83dx")", R"("\ud83d\ud83d\ude00")"}) {
    EXPECT_FALSE(unquote(raw)) << raw;
  }
}

TEST(Unquote, GivesBackEveryByteThatQuotedTook) {
  std::string all;
  for (int c = 0; c < 0x80; ++c) all += static_cast<char>(c);
  EXPECT_EQ(unquote(json::quoted(all)).value(), all);
}

}  // namespace
}  // namespace gatehouse::json
