#include "gateway/ratelimit/subject.hpp"

#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace gatehouse::ratelimit {
namespace {

constexpr Seed kSeed{9, 8, 7};
using enum Dimension;

Subject call() {
  return {.method = mcp::Method::tools_call,
          .address = "10.0.0.1",
          .user = "alice",
          .client = "desktop",
          .apikey = "k1",
          .tenant = "acme",
          .endpoint = "/mcp",
          .session = "s1",
          .target = {"jira", "create"}};
}
std::optional<Key> of(const Subject& subject, Dimensions per) { return SubjectKeys(kSeed, subject).of(per); }

TEST(SubjectKeys, DifferForEverySetOfDimensions) {
  std::set<std::pair<std::uint64_t, std::uint64_t>> seen;
  for (unsigned bits = 1; bits < 1u << kDimensions; ++bits) {
    Dimensions per;
    for (std::size_t i = 0; i < kDimensions; ++i)
      if (bits >> i & 1) per.add(static_cast<Dimension>(i));
    const auto key = of(call(), per);
    ASSERT_TRUE(key);
    EXPECT_TRUE(seen.emplace(key->low, key->high).second) << to_string(per);
  }
}

TEST(SubjectKeys, TellThoseApartWhoDifferInAnythingThatCounts) {
  Subject other = call();
  other.user = "bob";
  EXPECT_NE(of(call(), {user}), of(other, {user}));
  EXPECT_NE(of(call(), {user, tool}), of(other, {user, tool}));
  EXPECT_EQ(of(call(), {tool}), of(other, {tool})) << "what does not count makes no difference";
  Subject shifted = call();
  shifted.target = {"jir", "acreate"};
  EXPECT_NE(of(call(), {tool}), of(shifted, {tool}));
}

TEST(SubjectKeys, ASessionOfOnesOwnIsNoUserOfOnesOwn) {
  Subject other = call();
  other.session = "s2";
  EXPECT_EQ(of(call(), {user}), of(other, {user}));
  EXPECT_NE(of(call(), {user, session}), of(other, {user, session}));
}

TEST(SubjectKeys, LimitsAreNotAboutWhatARequestDoesNotHave) {
  Subject bare = call();
  bare.apikey = {};
  EXPECT_FALSE(of(bare, {apikey}));
  EXPECT_FALSE(of(bare, {user, apikey}));
  bare.tenant = {};
  EXPECT_TRUE(of(bare, {tenant})) << "the tenant without a name";
  bare.method = mcp::Method::prompts_get;
  EXPECT_FALSE(of(bare, {tool})) << "a prompt is no tool";
  EXPECT_TRUE(of(bare, {server}));
}

TEST(SubjectKeys, InventedNamesBeyondAllBoundsAreOneTool) {
  const std::string long_name(5'000, 'x'), other_name(5'000, 'y');
  Subject one = call(), other = call();
  one.target.local = long_name;
  other.target.local = other_name;
  EXPECT_EQ(of(one, {tool}), of(other, {tool}));
}

TEST(Matches, TheCanonicalNameWhateverAnEndpointShows) {
  const std::vector<std::string> patterns{"jira.create_*", "crm.*"};
  EXPECT_TRUE(matches(patterns, {"jira", "create_issue"}));
  EXPECT_TRUE(matches(patterns, {"crm", "anything.at.all"}));
  EXPECT_FALSE(matches(patterns, {"jira", "search"}));
  EXPECT_FALSE(matches(patterns, {"jira__create_", "x"}));
}

TEST(Matches, AnEndlessNameIsCoveredByEveryPattern) {
  const std::vector<std::string> patterns{"crm.x"};
  EXPECT_TRUE(matches(patterns, {"jira", std::string(kMaxName, 'a')})) << "nobody gets around a limit with it";
  EXPECT_FALSE(matches(patterns, {"jira", std::string(kMaxName - 5, 'a')}));
}

TEST(Network, IsAnAddressOrTheFirst64BitsOfOne) {
  const auto same = [](std::string_view a, std::string_view b) { return Network(a).text() == Network(b).text(); };
  EXPECT_TRUE(same("2001:db8:1:2::1", "2001:db8:1:2:ffff::9"));
  EXPECT_FALSE(same("2001:db8:1:2::1", "2001:db8:1:3::1"));
  EXPECT_TRUE(same("::ffff:10.0.0.1", "10.0.0.1"));
  EXPECT_FALSE(same("10.0.0.1", "10.0.0.2"));
  EXPECT_TRUE(same("stdio", "stdio"));
  EXPECT_EQ(Network("no:address").text(), "no:address");
  EXPECT_EQ(Network(std::string(1'000, ':')).text().size(), 1'000u);
}

TEST(Describe, NamesWhomALimitHit) { EXPECT_EQ(describe(call(), {user, tool}), "user alice, tool jira.create"); }

}  // namespace
}  // namespace gatehouse::ratelimit
