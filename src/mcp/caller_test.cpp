#include <gatehouse/mcp/caller.hpp>

#include <gtest/gtest.h>

#include <array>

namespace gatehouse::mcp {
namespace {

std::shared_ptr<const Principal> somebody(std::string issuer, std::string subject, std::string client) {
  auto who = std::make_shared<Principal>();
  who->issuer = std::move(issuer);
  who->subject = std::move(subject);
  who->key = principal_key(who->issuer, who->subject);
  who->client_id = std::move(client);
  return who;
}

// RS-90
TEST(Caller, IsAPersonWithOneProgram) {
  const auto alice = somebody("https://idp", "alice", "ide");
  EXPECT_TRUE(is_same_caller(*alice, *alice));
  EXPECT_TRUE(is_same_caller(*alice, *somebody("https://idp", "alice", "ide"))) << "with a newer credential";
  EXPECT_FALSE(is_same_caller(*alice, *somebody("https://idp", "alice", "cli")));
  EXPECT_FALSE(is_same_caller(*alice, *somebody("https://idp", "alice", "")));
  EXPECT_FALSE(is_same_caller(*alice, *somebody("https://idp", "bob", "ide")));
  EXPECT_FALSE(is_same_caller(*alice, *somebody("https://other", "alice", "ide")));
  EXPECT_TRUE(is_same_caller(*anonymous(), *anonymous()));
  EXPECT_FALSE(is_same_caller(*anonymous(), *local_owner()));
}

TEST(Caller, ItsKeyIsEqualForTheSameCallerOnly) {
  constexpr std::array<const char*, 7> kTexts{"", "a", "a|", "|a", "1|a", "a|1|a", "1"};
  std::vector<std::shared_ptr<const Principal>> all{anonymous(), local_owner()};
  for (const auto* issuer : kTexts)
    for (const auto* subject : kTexts)
      for (const auto* client : kTexts) all.push_back(somebody(issuer, subject, client));
  for (const auto& one : all)
    for (const auto& other : all)
      ASSERT_EQ(caller_key(*one) == caller_key(*other), is_same_caller(*one, *other))
          << caller_key(*one) << " " << caller_key(*other);
}

}  // namespace
}  // namespace gatehouse::mcp
