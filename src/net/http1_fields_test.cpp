#include <string>

#include <gtest/gtest.h>

#include <gatehouse/net/http1.hpp>

namespace gatehouse::net {
namespace {

TEST(FieldValue, MayNotSmuggleALine) {
  EXPECT_TRUE(is_field_value(""));
  EXPECT_TRUE(is_field_value("a b\tc \xc3\xa9"));
  EXPECT_FALSE(is_field_value("a\r\nX: y"));
  EXPECT_FALSE(is_field_value("a\n"));
  EXPECT_FALSE(is_field_value(std::string_view{"a\0b", 3}));
  EXPECT_FALSE(is_field_value("a\x7f"));
}

// Against the obvious version: every control byte at every position, with neighbours that could hide it.
TEST(FieldValue, FindsEveryControlByteEverywhere) {
  for (const char neighbour : {'a', '\t', ' ', '\x80', '\xff', '~'}) {
    for (std::size_t position = 0; position < 44; ++position) {
      for (int byte = 0; byte < 256; ++byte) {
        std::string text(44, neighbour);
        text[position] = static_cast<char>(byte);
        const bool allowed = byte == '\t' || (byte >= 0x20 && byte != 0x7f);
        ASSERT_EQ(is_field_value(text), allowed) << byte << " at " << position;
      }
    }
  }
}

constexpr std::string_view kAllowed = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

// Against the obvious versions: every byte at every position of texts of every length for which there is a way of its own.
TEST(ShortTexts, AreTokensAndValuesLikeLongOnes) {
  for (std::size_t length = 1; length <= 18; ++length) {
    for (std::size_t position = 0; position < length; ++position) {
      for (int byte = 0; byte < 256; ++byte) {
        std::string text(length, 'a');
        text[position] = static_cast<char>(byte);
        ASSERT_EQ(is_token(text), kAllowed.find(static_cast<char>(byte)) != std::string_view::npos)
            << byte << " at " << position << " of " << length;
        ASSERT_EQ(is_field_value(text), byte == '\t' || (byte >= 0x20 && byte != 0x7f))
            << byte << " at " << position << " of " << length;
      }
    }
  }
}

// Against the list of RFC 9110, section 5.6.2: every byte at every position.
TEST(Token, IsMadeOfTokenBytesOnly) {
  EXPECT_FALSE(is_token(""));
  for (const char neighbour : {'a', '-', '_', '7'}) {
    for (std::size_t position = 0; position < 40; ++position) {
      for (int byte = 0; byte < 256; ++byte) {
        std::string text(40, neighbour);
        text[position] = static_cast<char>(byte);
        const bool allowed = kAllowed.find(static_cast<char>(byte)) != std::string_view::npos;
        ASSERT_EQ(is_token(text), allowed) << byte << " at " << position;
      }
    }
  }
}

// Against the obvious version: every pair of bytes, in every part of names of every length.
TEST(Names, AreEqualIfTheyDifferInCaseOnly) {
  const auto obvious = [](unsigned char a, unsigned char b) {
    const auto small = [](unsigned char c) { return c >= 'A' && c <= 'Z' ? c + 32 : c; };
    return small(a) == small(b);
  };
  for (const std::size_t length : {1u, 3u, 4u, 7u, 8u, 9u, 13u, 16u, 20u}) {
    for (const std::size_t position : {std::size_t{0}, length / 2, length - 1}) {
      std::string a(length, 'x'), b(length, 'X');
      for (int first = 0; first < 256; ++first) {
        for (int second = 0; second < 256; ++second) {
          a[position] = static_cast<char>(first);
          b[position] = static_cast<char>(second);
          ASSERT_EQ(equals_ignoring_case(a, b),
                    obvious(static_cast<unsigned char>(first), static_cast<unsigned char>(second)))
              << first << " " << second << " at " << position << " of " << length;
        }
      }
    }
  }
  EXPECT_FALSE(equals_ignoring_case("Accept", "Accept-"));
}

TEST(Token, IsWhatRfc9110Says) {
  EXPECT_TRUE(is_token("X-Header_1!"));
  EXPECT_FALSE(is_token(""));
  EXPECT_FALSE(is_token("a b"));
  EXPECT_FALSE(is_token("a:"));
  EXPECT_FALSE(is_token("\xc3\xa9"));
}

TEST(Accepts, TheMostSpecificRangeDecides) {
  const std::string_view json = "application/json";
  EXPECT_TRUE(accepts("", json));
  EXPECT_TRUE(accepts("application/json", json));
  EXPECT_TRUE(accepts("text/html, Application/JSON;charset=utf-8", json));
  EXPECT_TRUE(accepts("text/event-stream, application/*", json));
  EXPECT_TRUE(accepts("*/*", json));
  EXPECT_FALSE(accepts("text/event-stream", json));
  EXPECT_FALSE(accepts("application/json-seq, application/jso", json));
  EXPECT_FALSE(accepts("application/json;q=0", json));
  EXPECT_FALSE(accepts("*/*, application/json; q=0.000", json));
  EXPECT_FALSE(accepts("application/json;Q=0, */*", json));
  EXPECT_TRUE(accepts("application/json;q=0.001", json));
  EXPECT_TRUE(accepts("*/*;q=0, application/json", json));
  EXPECT_FALSE(accepts("text/*", json));
  EXPECT_FALSE(accepts("text/plain;x=\"a, application/json\"", json));
}

TEST(MediaType, LosesItsParameters) {
  EXPECT_EQ(media_type("application/json; charset=utf-8"), "application/json");
  EXPECT_EQ(media_type(" text/event-stream "), "text/event-stream");
  EXPECT_EQ(media_type(""), "");
}

TEST(ReasonPhrase, NeverIsEmpty) {
  for (int status = 100; status < 600; ++status) EXPECT_FALSE(reason_phrase(status).empty());
  EXPECT_EQ(reason_phrase(431), "Request Header Fields Too Large");
}

}  // namespace
}  // namespace gatehouse::net
