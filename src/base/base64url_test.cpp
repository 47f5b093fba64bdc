#include <gatehouse/base/base64url.hpp>

#include <gtest/gtest.h>

#include <set>

namespace gatehouse {
namespace {

TEST(Base64Url, IsTheOneOfTheRfc) {
  for (const auto& [bytes, text] : {std::pair{"", ""},
                                    {"f", "Zg"},
                                    {"fo", "Zm8"},
                                    {"foo", "Zm9v"},
                                    {"foob", "Zm9vYg"},
                                    {"fooba", "Zm9vYmE"},
                                    {"foobar", "Zm9vYmFy"},
                                    {"\xfb\xff", "-_8"}}) {
    EXPECT_EQ(to_base64url(bytes), text);
    EXPECT_EQ(from_base64url(text), bytes);
  }
}

TEST(Base64Url, HasOneSpellingOnly) {
  for (const auto* text : {"Zg==", "Z", "Zh", "Zm9", "+_8", "-/8", "Zg\n", " ", "Zm9v\n", " Zm9v", "Zm 9v",
                           "Zm9v=", "Zm9vZ", "Zm9*", "Zm9v\xc3\xa9"})
    EXPECT_FALSE(from_base64url(text)) << text;
  EXPECT_FALSE(from_base64url(std::string_view("Zm\0v", 4)));
}

TEST(Base64Url, KeepsEveryByteInEveryPlace) {
  std::string bytes;
  for (int byte = 0; byte < 256; ++byte) {
    bytes = std::string(static_cast<std::size_t>(byte % 5), 'x') + static_cast<char>(byte);
    EXPECT_EQ(from_base64url(to_base64url(bytes)), bytes);
  }
}

TEST(Base64Url, GivesEachTextOfTwoLettersAtMostOneMeaning) {
  std::set<std::string> meanings;
  std::size_t accepted = 0;
  for (int a = 0; a < 256; ++a) {
    for (int b = 0; b < 256; ++b) {
      const std::string text{static_cast<char>(a), static_cast<char>(b)};
      if (const auto bytes = from_base64url(text)) {
        ++accepted;
        meanings.insert(*bytes);
        EXPECT_EQ(to_base64url(*bytes), text);
      }
    }
  }
  EXPECT_EQ(accepted, 256u);
  EXPECT_EQ(meanings.size(), 256u);
}

}  // namespace
}  // namespace gatehouse
