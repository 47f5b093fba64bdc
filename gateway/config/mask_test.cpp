#include <gtest/gtest.h>

#include "gateway/config/mask.hpp"

namespace gatehouse::config {
namespace {

using Texts = std::vector<std::string>;

TEST(Mask, HidesValuesBehindTellingNames) {
  EXPECT_EQ(masked_args({"--api-key", "abc", "--token=def", "PGPASSWORD=ghi", "--header", "Authorization: Bearer jkl"}),
            (Texts{"--api-key", "***", "--token=***", "PGPASSWORD=***", "--header", "Authorization: ***"}));
}

TEST(Mask, LeavesOrdinaryArgumentsAlone) {
  const Texts args = {"-y",  "@scope/server",           "--port", "8080", "--no-auth", "--verbose", "/srv/docs",
                      "A=b", "https://example.com/?q=1"};
  EXPECT_EQ(masked_args(args), args);
}

TEST(Mask, HidesUserInformationAndTellingParameters) {
  EXPECT_EQ(masked_url("https://me:secret@example.com/a@b"), "https://***@example.com/a@b");
  EXPECT_EQ(masked_url("https://example.com/mcp?tenant=a&api_key=b&x=c"),
            "https://example.com/mcp?tenant=a&api_key=***&x=c");
  EXPECT_EQ(masked_url("https://example.com/mcp?token=a?token=b"), "https://example.com/mcp?token=***");
  EXPECT_EQ(masked_url("https://example.com/mcp?token"), "https://example.com/mcp?token");
  EXPECT_EQ(masked_url("no address?key=1"), "no address?key=1");
}

TEST(Mask, RecognisesItsOwnWork) {
  for (const auto* text :
       {"***", "--token=***", "Authorization: ***", "https://h/?key=***", "https://h/?key=***&a=b", "https://***@h/"})
    EXPECT_TRUE(is_masked(text)) << text;
  for (const auto* text : {"", "**", "src/***/x", "a***"}) EXPECT_FALSE(is_masked(text)) << text;
}

}  // namespace
}  // namespace gatehouse::config
