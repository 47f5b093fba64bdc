#include "gateway/ratelimit/glob.hpp"

#include <random>

#include <gtest/gtest.h>

namespace gatehouse::ratelimit {
namespace {

TEST(Glob, MatchesServerAndTool) {
  const Name name{"jira", "create_issue"};
  for (const auto* yes : {"jira.create_*", "*", "jira.*", "*.create_issue", "j?ra.create_issue", "jira.create_issue",
                          "*create*", "**", "jira.create_issue*"})
    EXPECT_TRUE(matches(yes, name)) << yes;
  for (const auto* no :
       {"", "jira", "jira.create", "create_*", "jira.create_issue?", "crm.*", "JIRA.*", "jira?create", "*s"})
    EXPECT_FALSE(matches(no, name)) << no;
}

bool plainly(std::string_view pattern, std::string_view text) {
  if (pattern.empty()) return text.empty();
  if (pattern[0] == '*') return plainly(pattern.substr(1), text) || (!text.empty() && plainly(pattern, text.substr(1)));
  return !text.empty() && (pattern[0] == '?' || pattern[0] == text[0]) && plainly(pattern.substr(1), text.substr(1));
}

TEST(Glob, AgreesWithTheObviousWay) {
  std::mt19937 random(2);  // NOLINT: the same numbers each time
  const auto text = [&](std::string_view alphabet, std::size_t most) {
    std::string out(random() % (most + 1), ' ');
    for (char& c : out) c = alphabet[random() % alphabet.size()];
    return out;
  };
  for (int i = 0; i < 50'000; ++i) {
    const std::string server = text("ab", 3), tool = text("ab.", 6), pattern = text("ab.*?", 7);
    EXPECT_EQ(matches(pattern, {server, tool}), plainly(pattern, server + "." + tool))
        << pattern << " " << server << "." << tool;
  }
}

TEST(Glob, AnEndlessNameIsCoveredByEveryPattern) {
  const std::string endless(kMaxName, 'a');
  EXPECT_TRUE(matches("crm.x", {"jira", endless})) << "nobody gets around a limit with it";
}

}  // namespace
}  // namespace gatehouse::ratelimit
