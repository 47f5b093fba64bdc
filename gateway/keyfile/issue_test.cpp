#include "gateway/keyfile/issue.hpp"

#include <gtest/gtest.h>

namespace gatehouse::keyfile {
namespace {

using std::chrono::days;

const mcp::WallTime kNow{std::chrono::seconds(1'800'000'000)};

struct IssueTest : testing::Test {
  identity::ApiKeyRecord wish(std::string name = "ci") const {
    identity::ApiKeyRecord one;
    one.name = std::move(name);
    one.environment = "test";
    one.scopes = {"read"};
    return one;
  }
  [[nodiscard]] identity::Peppers peppers() const { return *identity::Peppers::make({std::string(32, 'p')}); }
  [[nodiscard]] std::string outcome(const std::string& key, mcp::WallTime now) const {
    const identity::ApiKeys keys(records, peppers());
    const auto match = keys.verify(key, {.address = "::1", .endpoint = "/", .certificate = {}}, now);
    return match ? (match->is_old_secret() ? "old" : "good") : std::string(to_string(match.error().why));
  }
  [[nodiscard]] std::string state(mcp::WallTime now) const {
    return std::string(to_string(state_of(records.front(), peppers(), now)));
  }

  Records records;
};

TEST_F(IssueTest, AKeyLivesItsTime) {
  const auto issued = create(records, peppers(), wish(), days(90), kNow);
  ASSERT_TRUE(issued);
  EXPECT_TRUE(issued->text.starts_with("gatek_test_" + issued->record.id));
  EXPECT_EQ(outcome(issued->text, kNow), "good");
  EXPECT_EQ(state(kNow), "active");
  EXPECT_EQ(outcome(issued->text, kNow + days(90)), "expired");
  EXPECT_EQ(state(kNow + days(90)), "expired");
  EXPECT_EQ(records.front().scopes, issued->record.scopes);
}

TEST_F(IssueTest, NamesOfLivingKeysDiffer) {
  ASSERT_TRUE(create(records, peppers(), wish(), days(1), kNow));
  EXPECT_EQ(create(records, peppers(), wish(), days(1), kNow).error().kind, Kind::invalid_params);
  EXPECT_EQ(create(records, peppers(), wish(""), days(1), kNow).error().kind, Kind::invalid_params);
  ASSERT_TRUE(revoke(records, "ci", "", kNow));
  const auto next = create(records, peppers(), wish(), days(1), kNow);
  ASSERT_TRUE(next);
  EXPECT_EQ((*find_key(records, "ci"))->id, next->record.id) << "the living one is meant";
}

TEST_F(IssueTest, BothSecretsWorkInTheOverlap) {
  const auto first = create(records, peppers(), wish(), days(90), kNow);
  const auto second = rotate(records, peppers(), "ci", days(90), days(7), kNow + days(80));
  ASSERT_TRUE(second);
  EXPECT_EQ(second->record.id, first->record.id);
  EXPECT_EQ(outcome(first->text, kNow + days(86)), "old");
  EXPECT_EQ(outcome(second->text, kNow + days(86)), "good");
  EXPECT_EQ(state(kNow + days(86)), "rotating");
  EXPECT_EQ(outcome(first->text, kNow + days(87)), "old_secret");
  EXPECT_EQ(outcome(second->text, kNow + days(169)), "good") << "a new lifetime";
  EXPECT_EQ(state(kNow + days(169)), "active");
}

TEST_F(IssueTest, AnOldSecretNeverLivesLongerThanItWouldHave) {
  const auto first = create(records, peppers(), wish(), days(10), kNow);
  ASSERT_TRUE(rotate(records, peppers(), "ci", days(90), days(7), kNow + days(9)));
  EXPECT_EQ(outcome(first->text, kNow + days(10)), "old_secret");
}

TEST_F(IssueTest, WithoutAnOverlapTheOldSecretIsGone) {
  const auto first = create(records, peppers(), wish(), days(10), kNow);
  ASSERT_TRUE(rotate(records, peppers(), first->record.id, days(90), days(0), kNow));
  EXPECT_EQ(records.front().hashes.size(), 1u);
  EXPECT_EQ(outcome(first->text, kNow), "wrong_secret");
}

TEST_F(IssueTest, TwoSecretsAreTheMost) {
  const auto first = create(records, peppers(), wish(), days(90), kNow);
  const auto second = rotate(records, peppers(), "ci", days(90), days(7), kNow);
  const auto third = rotate(records, peppers(), "ci", days(90), days(7), kNow);
  EXPECT_EQ(outcome(first->text, kNow), "wrong_secret");
  EXPECT_EQ(outcome(second->text, kNow), "old");
  EXPECT_EQ(outcome(third->text, kNow), "good");
}

TEST_F(IssueTest, ARevokedKeyStaysRevoked) {
  const auto first = create(records, peppers(), wish(), days(90), kNow);
  ASSERT_TRUE(revoke(records, "ci", "laptop lost", kNow));
  EXPECT_EQ(outcome(first->text, kNow), "revoked");
  EXPECT_EQ(records.front().revoke_reason, "laptop lost");
  EXPECT_EQ(state(kNow), "revoked");
  EXPECT_FALSE(rotate(records, peppers(), "ci", days(90), days(7), kNow));
  EXPECT_FALSE(revoke(records, "ci", "", kNow));
  EXPECT_EQ(revoke(records, "nobody", "", kNow).error().message, "there is no key 'nobody'");
}

TEST_F(IssueTest, AMissingPepperShows) {
  ASSERT_TRUE(create(records, peppers(), wish(), days(90), kNow));
  EXPECT_EQ(to_string(state_of(records.front(), identity::Peppers(), kNow)), "pepper missing");
}

}  // namespace
}  // namespace gatehouse::keyfile
