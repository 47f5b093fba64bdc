#include <gatehouse/identity/claim_mapping.hpp>

#include <gtest/gtest.h>

namespace gatehouse::identity {
namespace {

using json::Value;
using Texts = std::vector<std::string>;

std::expected<mcp::Principal, std::string> mapped(std::string_view claims, const ClaimMapping& mapping,
                                                  std::string_view client = "app") {
  jose::Token token;
  token.claims = *json::parse(claims);
  jose::CheckedClaims checked;
  checked.subject = "ann";
  checked.client = client;
  checked.expires_at = jose::Time{std::chrono::milliseconds{1'800'000'000'900}};
  return principal_of(token, checked, mapping);
}

mcp::Principal who(std::string_view claims, const ClaimMapping& mapping = {}, std::string_view client = "app") {
  auto made = mapped(claims, mapping, client);
  EXPECT_TRUE(made) << (made ? "" : made.error());
  mcp::Principal nobody;
  return made ? *made : nobody;
}

TEST(ClaimMapping, FindsClaimsByPath) {
  const auto claims = *json::parse(R"({"a":{"b":{"c":1},"b.c":2},"a.x":3,"https://corp.example/roles":4,
                                       "resource_access":{"my.app":{"roles":5}}})");
  const auto found = [&](std::string_view path) {
    const Value* const claim = find_claim(claims, path);
    return claim ? claim->as_int().value_or(-1) : 0;
  };
  EXPECT_EQ(found("a.b.c"), 2);
  EXPECT_EQ(found("a.x"), 3);
  EXPECT_EQ(found("a"), -1);
  EXPECT_EQ(found("https://corp.example/roles"), 4);
  EXPECT_EQ(found("resource_access.my.app.roles"), 5);
  EXPECT_EQ(found("a.b.d"), 0);
  EXPECT_EQ(found(""), 0);
}

TEST(ClaimMapping, TakesScopesAsTextOrList) {
  EXPECT_EQ(who(R"({"scope":"a  b a"})").scopes, (Texts{"a", "b"}));
  ClaimMapping mapping;
  mapping.scopes = {"scp"};
  EXPECT_EQ(who(R"({"scope":"x","scp":["a","b"]})", mapping).scopes, (Texts{"a", "b"}));
  EXPECT_EQ(who(R"({"scp":"a b"})", mapping).scopes, (Texts{"a", "b"}));
}

TEST(ClaimMapping, GivesNoRolesThatNobodyConfigured) {
  EXPECT_TRUE(who(R"({"roles":["admin"],"groups":["admin"]})").roles.empty());
}

TEST(ClaimMapping, TakesRolesFromSeveralPaths) {
  ClaimMapping mapping;
  mapping.roles = {"realm_access.roles", "groups", "role"};
  EXPECT_EQ(who(R"({"realm_access":{"roles":["a","b"]},"groups":["b","c d"],"role":"e f"})", mapping).roles,
            (Texts{"a", "b", "c d", "e f"}));
}

TEST(ClaimMapping, GrantsMappedRolesOnlyWhenThereIsAMap) {
  ClaimMapping mapping;
  mapping.roles = mapping.groups = {"groups"};
  mapping.role_map = {{"fin", {"analyst", "reader"}}, {"ops", {"reader"}}};
  const auto somebody = who(R"({"groups":["fin","ops","admin"]})", mapping);
  EXPECT_EQ(somebody.roles, (Texts{"analyst", "reader"}));
  EXPECT_EQ(somebody.groups, (Texts{"fin", "ops", "admin"}));
  mapping.role_map->clear();
  EXPECT_TRUE(who(R"({"groups":["fin"]})", mapping).roles.empty());
}

TEST(ClaimMapping, RefusesWhatItCannotTakeWhole) {
  ClaimMapping mapping;
  mapping.roles = {"roles"};
  mapping.tenant = "org";
  mapping.max_values = 3;
  EXPECT_FALSE(mapped(R"({"roles":["a",1]})", mapping));
  EXPECT_FALSE(mapped(R"({"roles":{"a":1}})", mapping));
  EXPECT_FALSE(mapped(R"({"scope":"a b","roles":["c","d"]})", mapping));
  EXPECT_FALSE(mapped(R"({"org":["a"]})", mapping));
  EXPECT_FALSE(mapped(R"({"sid":1})", mapping));
  EXPECT_TRUE(mapped(R"({"scope":"a b","roles":["c"],"org":"x"})", mapping));
}

TEST(ClaimMapping, KeepsListedClaimsThatFit) {
  ClaimMapping mapping;
  mapping.keep = {"big", "email", "org.unit"};
  mapping.max_kept_bytes = 60;
  const auto claims = R"({"email":"a@b","secret":1,"org":{"unit":"x"},"big":")" + std::string(100, 'b') + R"("})";
  EXPECT_EQ(who(claims, mapping).claims.str(), R"({"email":"a@b","org.unit":"x"})");
}

// CC-5
TEST(ClaimMapping, TellsProgramsFromPeople) {
  const auto kind = [](std::string_view claims, std::string_view client, const ClaimMapping& mapping = {}) {
    const auto somebody = who(claims, mapping, client);
    EXPECT_EQ(somebody.can_step_up, somebody.kind == mcp::PrincipalKind::human);
    return somebody.kind;
  };
  using enum mcp::PrincipalKind;
  EXPECT_EQ(kind("{}", "app"), human);
  EXPECT_EQ(kind("{}", "ann"), service);
  EXPECT_EQ(kind(R"({"email":"a@b"})", "ann"), human);
  ClaimMapping mapping;
  mapping.service_marks = {{"gty", "client-credentials"}};
  EXPECT_EQ(kind(R"({"gty":"client-credentials"})", "app", mapping), service);
  EXPECT_EQ(kind(R"({"gty":"password"})", "app", mapping), human);
}

TEST(ClaimMapping, SaysHowAndWhenSomebodyLoggedIn) {
  const auto somebody =
      who(R"({"iss":"i","auth_time":1799990000,"iat":1799999999.5,"acr":"mfa","amr":["pwd","otp",1],"sid":"s"})");
  EXPECT_EQ(somebody.auth.time->time_since_epoch().count(), 1'799'990'000);
  EXPECT_EQ(somebody.auth.issued_at->time_since_epoch().count(), 1'799'999'999);
  EXPECT_EQ(somebody.auth.acr, "mfa");
  EXPECT_EQ(somebody.auth.amr, (Texts{"pwd", "otp"}));
  EXPECT_EQ(somebody.session_id, "s");
  EXPECT_EQ(somebody.key, mcp::principal_key("i", "ann"));
  EXPECT_EQ(somebody.expires_at->time_since_epoch().count(), 1'800'000'000);
}

}  // namespace
}  // namespace gatehouse::identity
