// docs/policy.md: its configurations and policies are read, and its cases come out as it says.
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include "gateway/config/policy_cases.hpp"
#include "gateway/config/policy_file.hpp"
#include "gateway/policy/judge.hpp"

namespace gatehouse::config {
namespace {

struct Block {
  std::string name;  ///< What its first line calls it: "policy.yaml".
  std::string text;
};

/// The page's blocks, and a folder in which each of them is a file; a later one replaces an earlier one of the same name.
class Page {
 public:
  Page() {
    std::ostringstream text;
    text << std::ifstream("docs/policy.md").rdbuf();
    const std::string page = text.str(), begin = "```yaml\n# ";
    for (auto at = page.find(begin); at != page.npos; at = page.find(begin, at)) {
      at += begin.size();
      const auto line_end = page.find('\n', at);
      blocks.push_back({page.substr(at, line_end - at), page.substr(at - 2, page.find("\n```", at) + 3 - at)});
    }
    std::filesystem::create_directories(folder);
  }
  ~Page() { std::filesystem::remove_all(folder); }
  [[nodiscard]] std::string write(const Block& block) const {
    std::ofstream(folder + "/" + block.name) << block.text;
    return folder + "/" + block.name;
  }

  std::vector<Block> blocks;
  const std::string folder = testing::TempDir() + "policy_page_" + std::to_string(::getpid());
};

TEST(PolicyPage, ShowsConfigurationsAndPoliciesThatWork) {
  const Page page;
  ASSERT_EQ(page.blocks.size(), 5U);
  // A configuration refers to the policy that stands behind it.
  for (std::size_t i = page.blocks.size(); i-- > 0;) {
    const Block& block = page.blocks[i];
    const std::string path = page.write(block);
    if (block.name == "cases.yaml") continue;
    const auto loaded = load_policy(path);
    ASSERT_TRUE(loaded) << loaded.error().front().str();
    EXPECT_TRUE(loaded->warnings.empty()) << loaded->warnings.front().str();
    EXPECT_FALSE(loaded->policy->rules().empty());
  }
}

TEST(PolicyPage, ShowsCasesThatComeOutAsTheySay) {
  const Page page;
  const auto policy = load_policy(page.write(page.blocks.at(2)));
  const auto cases = load_policy_cases(page.write(page.blocks.at(3)));
  ASSERT_TRUE(policy) << policy.error().front().str();
  ASSERT_TRUE(cases) << cases.error().front().str();
  ASSERT_GE(cases->tests.size(), 9U);
  policy::Judge judge(policy->policy);
  for (const PolicyCase& test : cases->tests) {
    const mcp::Principal& who = *cases->principals.at(test.who);
    policy::Arguments arguments(test.arguments);
    // The page says nothing of logins that are too old.
    const mcp::WallTime now(std::chrono::seconds(1'000'000));
    const auto& got = judge.decide(*judge.profile(who), test.item(),
                                   {.arguments = &arguments, .address = test.address, .now = now, .auth_time = now});
    EXPECT_EQ(got.visible ? policy::to_string(got.outcome) : "hidden", test.expect) << "line " << test.line;
    if (!test.rule.empty()) {
      ASSERT_TRUE(got.rule) << "line " << test.line;
      EXPECT_EQ(got.rule->source.id, test.rule) << "line " << test.line;
    }
  }
}

}  // namespace
}  // namespace gatehouse::config
