// docs/resilience.md: its configurations are read, and what it calls the defaults are the defaults.
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include "gateway/config/load.hpp"

namespace gatehouse::config {
namespace {

/// The blocks of a page that are written in this language.
std::vector<std::string> blocks(const char* path, const std::string& language) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  const std::string page = text.str(), begin = "```" + language + "\n", end = "\n```";
  std::vector<std::string> out;
  for (auto at = page.find(begin); at != page.npos; at = page.find(begin, at)) {
    at += begin.size();
    const auto until = page.find(end, at);
    out.push_back(page.substr(at, until - at));
  }
  return out;
}

Config load(const std::string& text) {
  const auto loaded = load_text(text, "resilience.yaml");
  if (!loaded) ADD_FAILURE() << loaded.error().front().str() << "\n" << text;
  return loaded ? loaded->config : Config{};
}

TEST(ResiliencePage, ShowsTheDefaults) {
  const Config config = load(blocks("docs/resilience.md", "yaml").at(0));
  ASSERT_EQ(config.servers.size(), 1u);
  Server plain;
  plain.name = config.servers[0].name;
  plain.url = config.servers[0].url;
  EXPECT_EQ(config.servers[0], plain);
}

TEST(ResiliencePage, ShowsConfigurationsThatWork) {
  const auto examples = blocks("docs/resilience.md", "yaml");
  ASSERT_EQ(examples.size(), 3u);
  const Config retrying = load(examples[1]);
  EXPECT_EQ(retrying.servers.at(0).retry_safe, (std::vector<std::string>{"get_*", "search_issues"}));
  EXPECT_EQ(retrying.servers.at(0).retries.max, 2u);
  EXPECT_EQ(retrying.servers.at(0).first_byte_timeout, Milliseconds{5'000});
  const Config quiet = load(examples[2]);
  EXPECT_EQ(quiet.servers.at(0).health_check.idle, upstream::IdleChecks::never);
  EXPECT_FALSE(quiet.servers.at(1).breaker.enabled);
  EXPECT_FALSE(quiet.servers.at(1).health_check.enabled);
  EXPECT_EQ(quiet.servers.at(1).retries.max, 0u);
}

}  // namespace
}  // namespace gatehouse::config
