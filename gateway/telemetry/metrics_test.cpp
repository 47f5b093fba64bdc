#include "gateway/telemetry/metrics.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <sstream>

#include <gtest/gtest.h>

namespace gatehouse::telemetry {
namespace {

using namespace std::chrono_literals;

/// The samples of a text, without comments.
std::map<std::string, std::string> samples(const std::string& text) {
  std::map<std::string, std::string> out;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);)
    if (!line.starts_with('#')) out[line.substr(0, line.rfind(' '))] = line.substr(line.rfind(' ') + 1);
  return out;
}

TEST(Histogram, PutsADurationBelowTheNextBound) {
  Histogram histogram;
  histogram.record(500us);
  histogram.record(501us);
  histogram.record(-1s);
  histogram.record(300s);
  histogram.record(301s);
  EXPECT_EQ(histogram.counts[0], 2u);
  EXPECT_EQ(histogram.counts[1], 1u);
  EXPECT_EQ(histogram.counts[kDurationBounds.size() - 1], 1u);
  EXPECT_EQ(histogram.counts[kDurationBounds.size()], 1u);
  EXPECT_EQ(histogram.count, 5u);
  EXPECT_NEAR(histogram.sum_seconds, 601.001001, 1e-9);
}

TEST(Metrics, CountsByServerMethodAndOutcome) {
  Metrics metrics;
  auto& series = metrics.requests("jira", "tools/call");
  series.outcomes[static_cast<std::size_t>(Outcome::ok)] = 3;
  series.outcomes[static_cast<std::size_t>(Outcome::upstream_error)] = 1;
  const auto found = samples(metrics.text());
  EXPECT_EQ(found.at(R"(mcp_requests_total{server="jira",method="tools/call",outcome="ok"})"), "3");
  EXPECT_EQ(found.at(R"(mcp_requests_total{server="jira",method="tools/call",outcome="upstream_error"})"), "1");
  EXPECT_EQ(found.at(R"(mcp_requests_total{server="jira",method="tools/call",outcome="cancelled"})"), "0");
}

TEST(Metrics, WritesCumulativeBuckets) {
  Metrics metrics;
  auto& series = metrics.requests("", "tools/list");
  for (const auto duration : {400us, 2000us, 2000us}) series.duration.record(duration);
  series.duration.record(1000s);
  const auto found = samples(metrics.text());
  const auto bucket = [&](const std::string& bound) {
    return found.at(R"(mcp_request_duration_seconds_bucket{server="",method="tools/list",le=")" + bound + "\"}");
  };
  EXPECT_EQ(bucket("0.0005"), "1");
  EXPECT_EQ(bucket("0.001"), "1");
  EXPECT_EQ(bucket("0.0025"), "3");
  EXPECT_EQ(bucket("300"), "3");
  EXPECT_EQ(bucket("+Inf"), "4");
  EXPECT_EQ(found.at(R"(mcp_request_duration_seconds_count{server="",method="tools/list"})"), "4");
  EXPECT_EQ(found.at(R"(mcp_request_duration_seconds_sum{server="",method="tools/list"})"), "1000.0044");
}

TEST(Metrics, KeepsReferencesWhileItGrows) {
  Metrics metrics;
  auto& first = metrics.requests("a", "m");
  for (int i = 0; i < 1000; ++i) (void)metrics.requests("s" + std::to_string(i), "m");
  EXPECT_EQ(&first, &metrics.requests("a", "m"));
}

TEST(Metrics, StopsGrowingAtItsBound) {
  Metrics metrics;
  for (std::size_t i = 0; i < Metrics::kMaxSeries; ++i) (void)metrics.requests("s" + std::to_string(i), "m");
  auto& other = metrics.requests("one more", "m");
  EXPECT_EQ(&other, &metrics.requests("and another", "x"));
  EXPECT_EQ(&other, &metrics.requests("", "other"));
}

TEST(Metrics, ReadsObservedValuesWhenAsked) {
  Metrics metrics;
  double value = 1;
  metrics.observe("mcp_active_sessions", "", Metrics::Type::gauge, "Sessions.", [&] { return value; });
  EXPECT_EQ(samples(metrics.text()).at("mcp_active_sessions"), "1");
  value = 100000;
  EXPECT_EQ(samples(metrics.text()).at("mcp_active_sessions"), "100000");
  value = 0.25;
  EXPECT_EQ(samples(metrics.text()).at("mcp_active_sessions"), "0.25");
}

TEST(Metrics, ReplacesAndForgetsReaders) {
  Metrics metrics;
  const auto observe = [&](const std::string& server, double value) {
    metrics.observe("up", "server=" + label_value(server), Metrics::Type::gauge, "Up.", [value] { return value; });
  };
  observe("a", 0), observe("b", 1), observe("a", 1);
  EXPECT_EQ(samples(metrics.text()).at(R"(up{server="a"})"), "1");
  metrics.forget("up", R"(server="a")");
  EXPECT_FALSE(samples(metrics.text()).contains(R"(up{server="a"})"));
  metrics.forget("up", R"(server="b")");
  metrics.forget("up", R"(server="b")");
  EXPECT_EQ(metrics.text().find("up"), std::string::npos);
}

TEST(Metrics, IsStableAndOrdered) {
  Metrics metrics;
  for (const auto* name : {"b_total", "a_total"})
    metrics.observe(name, "", Metrics::Type::counter, "Help with \\ and\nbreak.", [] { return 1.0; });
  (void)metrics.requests("z", "m"), (void)metrics.requests("a", "m");
  const std::string text = metrics.text();
  EXPECT_EQ(text, metrics.text());
  EXPECT_TRUE(text.starts_with(
      "# HELP a_total Help with \\\\ and\\nbreak.\n# TYPE a_total counter\na_total 1\n# HELP b_total"));
  EXPECT_LT(text.find("server=\"a\""), text.find("server=\"z\""));
  EXPECT_TRUE(text.ends_with('\n'));
}

TEST(Metrics, EscapesLabelValues) { EXPECT_EQ(label_value("a\"b\\c\nd\u00e4"), "\"a\\\"b\\\\c\\nd\u00e4\""); }

TEST(Metrics, ShowsTheProcess) {
  Metrics metrics;
  observe_process(metrics);
  const auto found = samples(metrics.text());
  EXPECT_GT(std::stod(found.at("process_cpu_seconds_total")), 0);
  EXPECT_GT(std::stod(found.at("process_resident_memory_bytes")), 1e5);
  EXPECT_GE(std::stod(found.at("process_open_fds")), 3);
  EXPECT_GT(std::stod(found.at("process_max_fds")), 3);
  EXPECT_GT(std::stod(found.at("process_start_time_seconds")), 1.6e9);
}

/// Every `observe("name"` and every row of a table `{"name"` in the sources, and the rows `| \`name\` | type | …` of the manual.
TEST(MetricsManual, ListsExactlyWhatTheGatewayObserves) {
  std::vector<std::string> in_code, in_manual;
  const std::regex call(R"re((?:(?:observe|gauge|counter)\(|\{)\s*"((?:gatehouse|mcp|process)_[a-z0-9_]+)")re"),
      row(R"re(\| `([a-z0-9_]+)` \| (gauge|counter|histogram) \|)re");
  const auto scan = [](const std::filesystem::path& path, const std::regex& pattern, std::vector<std::string>& out) {
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    const std::string content = text.str();
    for (std::sregex_iterator it(content.begin(), content.end(), pattern), end; it != end; ++it)
      out.push_back((*it)[1]);
  };
  for (const auto& entry : std::filesystem::recursive_directory_iterator("gateway"))
    if (entry.path().extension() == ".cpp" && !entry.path().stem().string().ends_with("_test"))
      scan(entry.path(), call, in_code);
  for (const auto& family : Metrics().families()) in_code.push_back(family.name);
  scan("docs/metrics.md", row, in_manual);
  for (auto* names : {&in_code, &in_manual}) {
    std::ranges::sort(*names);
    names->erase(std::unique(names->begin(), names->end()), names->end());
  }
  EXPECT_EQ(in_code, in_manual);
}

}  // namespace
}  // namespace gatehouse::telemetry
