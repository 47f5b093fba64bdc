#include <gtest/gtest.h>

#include "gateway/config/quantity.hpp"

namespace gatehouse::config {
namespace {

TEST(Duration, ReadsEveryUnit) {
  EXPECT_EQ(parse_duration("250ms"), Milliseconds{250});
  EXPECT_EQ(parse_duration("30s"), Milliseconds{30'000});
  EXPECT_EQ(parse_duration("5 m"), Milliseconds{300'000});
  EXPECT_EQ(parse_duration("1h"), Milliseconds{3'600'000});
  EXPECT_EQ(parse_duration("7d"), Milliseconds{604'800'000});
  EXPECT_EQ(parse_duration("0"), Milliseconds{0});
}

TEST(Duration, RefusesWhatIsNotOne) {
  for (const auto* text :
       {"", "s", "-1s", "1.5s", "1 s s", "1S", "99999999999999999999s", "9223372036854775807h", " 1s", "1s "})
    EXPECT_FALSE(parse_duration(text)) << text;
  EXPECT_EQ(parse_duration("30").error(), "needs a unit: 30ms or 30s");
}

TEST(Size, ReadsBothKindsOfPrefixes) {
  EXPECT_EQ(parse_size("65536"), 65536u);
  EXPECT_EQ(parse_size("512B"), 512u);
  EXPECT_EQ(parse_size("64KiB"), 64u * 1024);
  EXPECT_EQ(parse_size("4 MiB"), 4u << 20);
  EXPECT_EQ(parse_size("1GiB"), 1u << 30);
  EXPECT_EQ(parse_size("64KB"), 64'000u);
  EXPECT_EQ(parse_size("1MB"), 1'000'000u);
  EXPECT_EQ(parse_size("0"), 0u);
}

TEST(Size, RefusesWhatIsNotOne) {
  for (const auto* text : {"", "MiB", "4M", "4mib", "-1", "1e6", "99999999999GiB", "18446744073709551615"})
    EXPECT_FALSE(parse_size(text)) << text;
}

TEST(Count, IsAPlainNumber) {
  EXPECT_EQ(parse_count("42"), 42u);
  for (const auto* text : {"", "+1", "-1", "1.0", "0x10", "1k", "ten"}) EXPECT_FALSE(parse_count(text)) << text;
}

TEST(Quantity, IsWrittenInItsLargestExactUnit) {
  EXPECT_EQ(format_duration(Milliseconds{0}), "0");
  EXPECT_EQ(format_duration(Milliseconds{3'600'000}), "1h");
  EXPECT_EQ(format_duration(Milliseconds{90'000}), "90s");
  EXPECT_EQ(format_duration(Milliseconds{1'001}), "1001ms");
  EXPECT_EQ(format_size(4u << 20), "4MiB");
  EXPECT_EQ(format_size(1'000'000), "1000000");
  EXPECT_EQ(format_size(0), "0");
  for (const auto* text : {"1d", "25h", "61m", "999ms"}) EXPECT_EQ(format_duration(*parse_duration(text)), text);
}

}  // namespace
}  // namespace gatehouse::config
