#include <gatehouse/identity/credential.hpp>

#include <string>

#include <gtest/gtest.h>

namespace gatehouse::identity {
namespace {

net::RequestHead head_of(std::string_view target, net::Headers headers) {
  net::RequestHead head;
  head.method = "POST";
  head.target = target;
  head.headers = std::move(headers);
  return head;
}

std::string found(const net::RequestHead& head) {
  const auto credential = find_credential(head);
  if (!credential) return std::string(to_string(credential.error().kind));
  switch (credential->form) {
    case CredentialForm::none: return "none";
    case CredentialForm::bearer: return "bearer " + std::string(credential->text);
    case CredentialForm::api_key: return "key " + std::string(credential->text);
    case CredentialForm::unsupported: return "unsupported";
  }
  return "?";
}

TEST(Credential, IsFoundInEitherHeader) {
  EXPECT_EQ(found(head_of("/mcp", {})), "none");
  EXPECT_EQ(found(head_of("/mcp", {{"authorization", "bearer  a.b-c_d~e+f/g=="}})), "bearer a.b-c_d~e+f/g==");
  EXPECT_EQ(found(head_of("/mcp", {{"Authorization", "Bearer gatek_live_x"}})), "key gatek_live_x");
  EXPECT_EQ(found(head_of("/mcp", {{"x-api-key", "gatek_live_x"}})), "key gatek_live_x");
  EXPECT_EQ(found(head_of("/mcp", {{"Authorization", "Basic dTpw"}})), "unsupported");
}

// T15
TEST(Credential, TwoAreRefusedWhateverTheyAre) {
  const net::Header token{"Authorization", "Bearer a"}, key{"X-API-Key", "b"}, other{"AUTHORIZATION", "Basic c"};
  EXPECT_EQ(found(head_of("/mcp", {token, key})), "bad_credential_form");
  EXPECT_EQ(found(head_of("/mcp", {key, token})), "bad_credential_form");
  EXPECT_EQ(found(head_of("/mcp", {token, other})), "bad_credential_form");
  EXPECT_EQ(found(head_of("/mcp", {key, key})), "bad_credential_form");
}

// T14
TEST(Credential, InTheQueryIsRefusedHoweverItIsSpelt) {
  for (const std::string_view target :
       {"/mcp?access_token=x", "/mcp?a=1&Access%5Ftoken=x", "/mcp?apiKey=x", "/mcp?X-API-Key=x", "/mcp?access_token"}) {
    EXPECT_EQ(found(head_of(target, {{"Authorization", "Bearer good"}})), "bad_credential_form") << target;
    EXPECT_EQ(found(head_of(target, {})), "bad_credential_form") << target;
  }
  EXPECT_EQ(found(head_of("/mcp?session=access_token", {})), "none");
}

TEST(Credential, WhatIsNoTokenIsRefused) {
  for (const std::string& value :
       {std::string("Bearer"), std::string("Bearer "), std::string("Bearer a b"), std::string("Bearer ="),
        std::string("Bearer a=b"), std::string("Bearer \"a\""), "Bearer " + std::string(kMaxCredentialBytes, 'a')})
    EXPECT_EQ(found(head_of("/mcp", {{"Authorization", value}})), "bad_credential_form") << value.substr(0, 40);
  EXPECT_EQ(found(head_of("/mcp", {{"X-API-Key", "a key"}})), "bad_credential_form");
  EXPECT_EQ(found(head_of("/mcp", {{"X-API-Key", ""}})), "bad_credential_form");
}

}  // namespace
}  // namespace gatehouse::identity
