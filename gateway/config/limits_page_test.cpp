// The examples of docs/limits.md are configurations, and they say what the page says.
#include <fstream>
#include <map>
#include <sstream>
#include <stdexcept>

#include <gtest/gtest.h>

#include "gateway/config/load.hpp"

namespace gatehouse::config {
namespace {

using ratelimit::Dimension;
using ratelimit::Dimensions;

/// Name -> text of every YAML block with a name.
std::map<std::string, std::string> examples() {
  std::ostringstream text;
  text << std::ifstream("docs/limits.md").rdbuf();
  const std::string page = text.str();
  constexpr std::string_view kMark = "<!-- example: ", kBegin = "```yaml\n", kEnd = "```";
  std::map<std::string, std::string> out;
  for (auto at = page.find(kMark); at != page.npos; at = page.find(kMark, at + 1)) {
    const auto name = at + kMark.size();
    const auto from = page.find(kBegin, at) + kBegin.size();
    out[page.substr(name, page.find(' ', name) - name)] = page.substr(from, page.find(kEnd, from) - from);
  }
  return out;
}

Config load(const std::string& text) {
  const bool has_servers = text.starts_with("servers:");
  const auto loaded = load_text(text + (has_servers ? "" : "servers: {jira: {command: jira}}\n"), "limits.md.yaml");
  if (!loaded) throw std::runtime_error(loaded.error().front().str());
  return loaded->config;
}

TEST(LimitsPage, EveryExampleIsAConfiguration) {
  const auto all = examples();
  EXPECT_EQ(all.size(), 6u);
  for (const auto& [name, text] : all) EXPECT_NO_THROW((void)load(text)) << name;
}

TEST(LimitsPage, TheFirstExampleHasTwoLimits) {
  const auto limits = limits_of(load(examples().at("first")));
  ASSERT_EQ(limits.size(), 2u);
  EXPECT_EQ(limits[0].id, "user:100/m");
  EXPECT_EQ(limits[0].per, (Dimensions{Dimension::user}));
  EXPECT_EQ(limits[0].burst, 20u);
  EXPECT_EQ(limits[1].id, "tool:jira.create_*:10/m");
  EXPECT_EQ(limits[1].match, std::vector<std::string>{"jira.create_*"});
}

TEST(LimitsPage, TheOthersMeanWhatTheySay) {
  const auto classes = limits_of(load(examples().at("classes")));
  ASSERT_EQ(classes.size(), 7u);
  EXPECT_EQ(classes[2].per, (Dimensions{Dimension::tenant, Dimension::server}));
  EXPECT_EQ(classes[3].group, ratelimit::Group::lists);
  EXPECT_EQ(classes[4].methods, std::vector<mcp::Method>{mcp::Method::prompts_get});
  EXPECT_EQ(classes[5].group, ratelimit::Group::step_up);
  EXPECT_EQ(classes[6].concurrency, 8u);
  EXPECT_EQ(limits_of(load(examples().at("observe")))[0].mode, ratelimit::Mode::observe);
  const Config queue = load(examples().at("queue"));
  EXPECT_EQ(queue.servers[0].max_concurrent, 4u);
  EXPECT_EQ(queue.servers[0].queue, 100u);
  EXPECT_EQ(queue.servers[0].queue_timeout, Milliseconds{5'000});
  const Config preauth = load(examples().at("preauth"));
  EXPECT_EQ(preauth.limits.preauth.rate.count, 100u);
  EXPECT_EQ(preauth.limits.preauth.backoff, Milliseconds{1'000});
  EXPECT_EQ(preauth.limits.rates.size(), 1u);
}

}  // namespace
}  // namespace gatehouse::config
