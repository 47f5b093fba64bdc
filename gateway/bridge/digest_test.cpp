#include "gateway/bridge/digest.hpp"

#include <gtest/gtest.h>

#include "gateway/bridge/canonical.hpp"
#include "tests/support/messages.hpp"

namespace gatehouse::bridge {
namespace {

std::string form(std::string_view text) { return canonical(*json::parse(text)); }

TEST(Canonical, SortsMembersAndDropsSpace) {
  EXPECT_EQ(form(R"({ "b" : [ 1 , "x" ] , "a" : { } , "A" : null })"), R"({"A":null,"a":{},"b":[1e0,"x"]})");
  EXPECT_EQ(form(R"(["[",{"{":[]},true,"\u0041\/"])"), R"(["[",{"{":[]},true,"A/"])");
}

TEST(Canonical, KnowsNumbersByTheirValue) {
  for (const auto* text : {"1", "1.0", "1e0", "10e-1", "0.1E+1", "1.000e00"}) EXPECT_EQ(form(text), "1e0") << text;
  for (const auto* text : {"0", "-0", "0.0", "0e5", "-0.00e-3"}) EXPECT_EQ(form(text), "0") << text;
  EXPECT_EQ(form("-1200"), form("-1.2e3"));
  EXPECT_NE(form("9007199254740993"), form("9007199254740992")) << "not by what a double can hold";
  EXPECT_NE(form("1e400"), form("1e401"));
  EXPECT_NE(form("1"), form("\"1\""));
  EXPECT_EQ(form("1e99999999999999999999"), "1e99999999999999999999") << "no arithmetic on absurd exponents";
  EXPECT_EQ(form("-0.5"), "-5e-1");
}

std::string digest(std::string_view method, std::string_view params, std::string_view endpoint = "/mcp") {
  return call_digest(endpoint, *test::request(method, params)).value_or("refused");
}

// GB-071
TEST(CallDigest, IsTheSameForTheSameCall) {
  const auto call = digest("tools/call", R"({"name":"a.b","arguments":{"x":1,"y":[2]}})");
  EXPECT_EQ(call.size(), 43U);
  EXPECT_EQ(digest("tools/call", R"({"arguments":{"y":[2.0],"x":1e0},"name":"a\u002eb"})"), call);
  EXPECT_EQ(
      digest(
          "tools/call",
          R"({"name":"a.b","arguments":{"x":1,"y":[2]},"inputResponses":{"r1":{}},"requestState":"s","_meta":{"v":1}})"),
      call);
  EXPECT_EQ(digest("tools/call", R"({"name":"a"})"), digest("tools/call", R"({"name":"a","arguments":{}})"));
  EXPECT_EQ(digest("resources/read", R"({"uri":"a:1"})"), digest("resources/read", R"({"uri":"a\u003a1","_meta":{}})"));
}

TEST(CallDigest, DiffersForAnyOtherCall) {
  const auto call = digest("tools/call", R"({"name":"a","arguments":{"x":1}})");
  EXPECT_NE(digest("tools/call", R"({"name":"a","arguments":{"x":2}})"), call);
  EXPECT_NE(digest("tools/call", R"({"name":"a","arguments":{"x":"1"}})"), call);
  EXPECT_NE(digest("tools/call", R"({"name":"b","arguments":{"x":1}})"), call);
  EXPECT_NE(digest("prompts/get", R"({"name":"a","arguments":{"x":1}})"), call);
  EXPECT_NE(digest("tools/call", R"({"name":"a","arguments":{"x":1}})", "/other"), call);
  EXPECT_NE(digest("resources/read", R"({"uri":"a:1"})"), digest("resources/read", R"({"uri":"A:1"})"));
  EXPECT_EQ(digest("tools/call", R"({"name":"a","arguments":{"x":1,"x":1}})"), "refused") << "which x is meant?";
}

}  // namespace
}  // namespace gatehouse::bridge
