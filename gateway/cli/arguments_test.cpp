#include "gateway/cli/arguments.hpp"

#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>
#include <vector>

namespace gatehouse::cli {
namespace {

using Pairs = std::vector<std::string>;

std::string read(const std::string& text, const Pairs& pairs = {}) {
  const auto arguments = read_arguments(text, pairs);
  return arguments ? arguments->str() : "error: " + arguments.error().message;
}

TEST(Arguments, NoneAreAnEmptyObject) { EXPECT_EQ(read(""), "{}"); }

TEST(Arguments, TakeAnObject) { EXPECT_EQ(read(R"({"a": [1, {"b": null}]})"), R"({"a":[1,{"b":null}]})"); }

TEST(Arguments, KeepNumbersToTheDigit) {
  EXPECT_EQ(read(R"({"n":12345678901234567890.10})"), R"({"n":12345678901234567890.10})");
}

TEST(Arguments, RefuseWhatIsNoObject) {
  EXPECT_TRUE(read("[1]").starts_with("error: the arguments must be a JSON object"));
  EXPECT_TRUE(read("{\"a\":").starts_with("error: the arguments are no JSON"));
  EXPECT_TRUE(read(R"({"a":1,"a":2})").starts_with("error: the arguments are no JSON"));
}

TEST(Arguments, PairsAreJsonIfTheyCanBe) {
  EXPECT_EQ(read("", {"a=1", "b=true", "c=[2]", "d=text", "e=007", "f=\"7\"", "g=", "h=x=y"}),
            R"({"a":1,"b":true,"c":[2],"d":"text","e":"007","f":"7","g":"","h":"x=y"})");
}

TEST(Arguments, PairsReplaceMembers) { EXPECT_EQ(read(R"({"a":1,"b":2})", {"a=3", "a=4"}), R"({"a":4,"b":2})"); }

TEST(Arguments, RefusePairsWithoutAKey) {
  EXPECT_TRUE(read("", {"a"}).starts_with("error: --arg must be"));
  EXPECT_TRUE(read("", {"=1"}).starts_with("error: --arg must be"));
}

TEST(Arguments, ComeFromAFile) {
  const std::string path = testing::TempDir() + "gatehouse_cli_arguments.json";
  std::ofstream(path) << "{\"from\": \"file\"}\n";
  EXPECT_EQ(read("@" + path), R"({"from":"file"})");
  std::remove(path.c_str());
  EXPECT_TRUE(read("@" + path).starts_with("error: " + path));
}

}  // namespace
}  // namespace gatehouse::cli
