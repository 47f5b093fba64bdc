#include <gatehouse/mcp/refusal.hpp>

#include <set>

#include <gtest/gtest.h>

#include <gatehouse/json/value.hpp>

namespace gatehouse::mcp {
namespace {

Error throttled(std::string data) { return Error(Kind::throttled, Origin::client, "no").with_data(std::move(data)); }

TEST(RefusalName, IsSixteenDigitsAndNeverTheSame) {
  std::set<std::string> names;
  for (int i = 0; i < 10'000; ++i) names.insert(new_refusal_name());
  EXPECT_EQ(names.size(), 10'000u);
  for (const std::string& name : names) {
    ASSERT_EQ(name.size(), 16u);
    ASSERT_EQ(name.find_first_not_of("0123456789abcdef"), std::string::npos) << name;
  }
}

// RS-34
TEST(RefusalName, StandsInTheDataAndStays) {
  Error error(Kind::denied, Origin::client, "no");
  const std::string name = name_refusal(error);
  EXPECT_EQ(error.data, R"({"requestId":")" + name + R"("})");
  EXPECT_EQ(name_refusal(error), name);
  EXPECT_EQ(name_refusal(error, "other"), name) << "a line in the log has it already";
  EXPECT_EQ(refusal_headers(error).request_id, name);
}

TEST(RefusalName, LeavesTheRestOfTheData) {
  Error error = throttled(R"({"limit":"a","scope":"user"})");
  EXPECT_EQ(name_refusal(error, "0123"), "0123");
  EXPECT_EQ(error.data, R"({"limit":"a","scope":"user","requestId":"0123"})");
  Error odd = throttled("[1]");
  EXPECT_EQ(name_refusal(odd), "");
  EXPECT_EQ(odd.data, "[1]");
}

TEST(RefusalHeaders, AreOfErrorsAboutAccessAlone) {
  const std::string data = R"({"requestId":"0123","limit":"a","quota":1,"windowMs":1000,"retryAfterMs":1})";
  Error other(Kind::unavailable, Origin::upstream, "no");
  other.data = data;
  EXPECT_EQ(refusal_headers(other).request_id, "");
  Error denied(Kind::denied, Origin::client, "no");
  denied.data = data;
  EXPECT_EQ(refusal_headers(denied).request_id, "0123");
  EXPECT_EQ(refusal_headers(denied).rate_limit, "");
  EXPECT_EQ(refusal_headers(throttled("{")).request_id, "");
  EXPECT_EQ(refusal_headers(throttled(R"({"requestId":"a\r\nSet-Cookie: b"})")).request_id, "");
}

// draft-ietf-httpapi-ratelimit-headers-10
TEST(RefusalHeaders, SayWhichLimitAndWhenThereIsRoom) {
  const auto rate =
      refusal_headers(throttled(R"({"limit":"user:100/m","quota":100,"windowMs":60000,"retryAfterMs":600})"));
  EXPECT_EQ(rate.rate_limit_policy, R"("user:100/m";q=100;w=60)");
  EXPECT_EQ(rate.rate_limit, R"("user:100/m";r=0;t=1)");
  const auto at_a_time = refusal_headers(throttled(R"({"limit":"two","quota":2,"retryAfterMs":1000})"));
  EXPECT_EQ(at_a_time.rate_limit_policy, R"("two";q=2;qu="concurrent-requests")");
  EXPECT_EQ(at_a_time.rate_limit, R"("two";r=0;t=1)");
}

TEST(RefusalHeaders, EscapeANameOrLeaveItOut) {
  const auto named = [](const std::string& name) {
    return refusal_headers(
               throttled(R"({"limit":)" + json::Value(name).str() + R"(,"quota":1,"windowMs":1000,"retryAfterMs":1})"))
        .rate_limit;
  };
  EXPECT_EQ(named(R"(a"b\c)"), R"("a\"b\\c";r=0;t=1)");
  for (const char* name : {"", "\xc3\xa4", "a\nb", "a\x7f"}) EXPECT_EQ(named(name), "") << name;
}

TEST(RefusalHeaders, AreLeftOutWhereNumbersAreMissingOrCannotBeSaid) {
  for (const char* rest : {"", R"(,"quota":1)", R"(,"retryAfterMs":1)", R"(,"quota":0,"retryAfterMs":1)",
                           R"(,"quota":1,"retryAfterMs":-1)", R"(,"quota":1000000000000000,"retryAfterMs":1)",
                           R"(,"quota":"1","retryAfterMs":1)"}) {
    const auto headers = refusal_headers(throttled(R"({"limit":"a")" + std::string(rest) + "}"));
    EXPECT_EQ(headers.rate_limit, "") << rest;
    EXPECT_EQ(headers.rate_limit_policy, "") << rest;
  }
}

}  // namespace
}  // namespace gatehouse::mcp
