#include <gatehouse/identity/challenge.hpp>

#include <gtest/gtest.h>

namespace gatehouse::identity {
namespace {

ProtectedResource finance() {
  ProtectedResource resource;
  resource.identifier = "https://gw.example/s/finance/mcp";
  resource.metadata_url = metadata_url(resource.identifier);
  resource.scopes = {"finance.read"};
  resource.authorization_servers = {"https://idp.example"};
  return resource;
}

// RS-14
TEST(Challenge, MetadataIsBetweenHostAndPath) {
  EXPECT_EQ(metadata_url("https://gw.example"), "https://gw.example/.well-known/oauth-protected-resource");
  EXPECT_EQ(metadata_url("https://gw.example/"), "https://gw.example/.well-known/oauth-protected-resource");
  EXPECT_EQ(metadata_url("https://gw.example/mcp"), "https://gw.example/.well-known/oauth-protected-resource/mcp");
  EXPECT_EQ(metadata_url("https://gw.example/s/finance/mcp"),
            "https://gw.example/.well-known/oauth-protected-resource/s/finance/mcp");
  EXPECT_EQ(metadata_url("https://gw.example:8443/mcp?t=a"),
            "https://gw.example:8443/.well-known/oauth-protected-resource/mcp?t=a");
}

TEST(Challenge, NamesMetadataAndScopesAtFirstContact) {
  EXPECT_EQ(challenge_unauthenticated(finance()),
            "Bearer resource_metadata=\"https://gw.example/.well-known/oauth-protected-resource/s/finance/mcp\", "
            "scope=\"finance.read\"");
  EXPECT_EQ(challenge_unauthenticated({}), "Bearer");
}

// RS-26
TEST(Challenge, RepeatsGrantedScopesForSessionsOnly) {
  const std::vector<std::string> needed = {"finance.post"},
                                 granted = {"finance.read", "finance.post", "offline_access"};
  const auto legacy = challenge_insufficient_scope(finance(), needed, granted, mcp::kLatestLegacy);
  const auto modern = challenge_insufficient_scope(finance(), needed, granted, mcp::kLatest);
  EXPECT_TRUE(legacy.contains("scope=\"finance.post finance.read\"")) << legacy;
  EXPECT_TRUE(modern.contains("scope=\"finance.post\"")) << modern;
  EXPECT_TRUE(modern.starts_with("Bearer error=\"insufficient_scope\"")) << modern;
}

TEST(Challenge, AsksForAStrongerLogin) {
  const std::vector<std::string> acr = {"mfa"};
  EXPECT_TRUE(
      challenge_login(finance(), acr, std::chrono::seconds(60))
          .starts_with("Bearer error=\"insufficient_user_authentication\", acr_values=\"mfa\", max_age=\"60\""));
}

TEST(Challenge, MetadataDocumentSaysWhatIsTrue) {
  EXPECT_EQ(metadata_document(finance()),
            R"({"resource":"https://gw.example/s/finance/mcp","authorization_servers":["https://idp.example"],)"
            R"("scopes_supported":["finance.read"],"bearer_methods_supported":["header"]})");
}

}  // namespace
}  // namespace gatehouse::identity
