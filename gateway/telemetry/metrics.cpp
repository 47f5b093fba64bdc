#include "gateway/telemetry/metrics.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

namespace gatehouse::telemetry {
namespace {

constexpr std::string_view kRequests = "mcp_requests_total";
constexpr std::string_view kRequestsHelp = "Requests from clients, by the server that answered and how they ended.";
constexpr std::string_view kDuration = "mcp_request_duration_seconds";
constexpr std::string_view kDurationHelp = "Time from the arrival of a request to the end of its answer.";

/// The shortest text that reads back as the same number.
void append_number(std::string& out, double value) {
  if (std::isnan(value)) return out += "NaN", void();
  if (std::isinf(value)) return out += value > 0 ? "+Inf" : "-Inf", void();
  char digits[32];
  const bool ordinary =
      value == 0 || (std::abs(value) >= 1e-6 && std::abs(value) < 1e15);  // 0.0005 reads better than 5e-04
  const auto [end, error] = ordinary
                                ? std::to_chars(std::begin(digits), std::end(digits), value, std::chars_format::fixed)
                                : std::to_chars(std::begin(digits), std::end(digits), value);
  out.append(digits, error == std::errc{} ? end : digits);
}
void append_number(std::string& out, std::uint64_t value) { out += std::to_string(value); }

void append_help(std::string& out, std::string_view text) {
  for (const char c : text) {
    if (c == '\\')
      out += "\\\\";
    else if (c == '\n')
      out += "\\n";
    else
      out += c;
  }
}

void append_head(std::string& out, std::string_view name, std::string_view type, std::string_view help) {
  out.append("# HELP ").append(name).append(" ");
  append_help(out, help);
  out.append("\n# TYPE ").append(name).append(" ").append(type).append("\n");
}

template <class Number>
void append_sample(std::string& out, std::string_view name, std::string_view suffix, std::string_view labels,
                   Number value) {
  out.append(name).append(suffix);
  if (!labels.empty()) out.append("{").append(labels).append("}");
  out += ' ';
  append_number(out, value);
  out += '\n';
}

void append_histogram(std::string& out, const std::string& labels, const Histogram& histogram) {
  std::uint64_t below = 0;
  for (std::size_t i = 0; i < histogram.counts.size(); ++i) {
    below += histogram.counts[i];
    std::string bound = labels + ",le=\"";
    append_number(bound, i < kDurationBounds.size() ? kDurationBounds[i] : std::numeric_limits<double>::infinity());
    append_sample(out, kDuration, "_bucket", bound + "\"", below);
  }
  append_sample(out, kDuration, "_sum", labels, histogram.sum_seconds);
  append_sample(out, kDuration, "_count", labels, histogram.count);
}

std::string_view type_name(Metrics::Type type) { return type == Metrics::Type::gauge ? "gauge" : "counter"; }

}  // namespace

void Histogram::record(Clock::duration duration) {
  const double seconds = std::max(0.0, std::chrono::duration<double>(duration).count());
  // Most calls are fast: a walk from the front beats a binary search.
  std::size_t bucket = 0;
  while (bucket < kDurationBounds.size() && seconds > kDurationBounds[bucket]) ++bucket;
  ++counts[bucket];
  ++count;
  sum_seconds += seconds;
}

std::string_view to_string(Outcome outcome) {
  static constexpr std::array<std::string_view, kOutcomes> kNames = {
      "ok", "tool_error", "client_error", "gateway_error", "upstream_error", "cancelled"};
  return kNames[static_cast<std::size_t>(outcome)];
}

RequestSeries& Metrics::requests(std::string_view server, std::string_view method) {
  auto found = requests_.find(PairLess::View{server, method});
  if (found == requests_.end() && requests_.size() >= kMaxSeries) {
    server = {};
    method = "other";
    found = requests_.find(PairLess::View{server, method});
  }
  if (found == requests_.end())
    found = requests_.emplace(Pair(server, method), std::make_unique<RequestSeries>()).first;
  return *found->second;
}

void Metrics::observe(std::string name, std::string labels, Type type, std::string help,
                      std::move_only_function<double()> read) {
  Observed& family = observed_[std::move(name)];
  family.type = type;
  family.help = std::move(help);
  family.by_labels[std::move(labels)] = std::move(read);
}

void Metrics::forget(std::string_view name, std::string_view labels) {
  const auto family = observed_.find(name);
  if (family == observed_.end()) return;
  if (const auto reader = family->second.by_labels.find(labels); reader != family->second.by_labels.end())
    family->second.by_labels.erase(reader);
  if (family->second.by_labels.empty()) observed_.erase(family);
}

std::string Metrics::text() {
  std::string out;
  for (auto& [name, family] : observed_) {
    append_head(out, name, type_name(family.type), family.help);
    for (auto& [labels, read] : family.by_labels) append_sample(out, name, "", labels, read());
  }
  append_head(out, kRequests, "counter", kRequestsHelp);
  for (const auto& [pair, series] : requests_) {
    const std::string labels =
        "server=" + label_value(pair.first) + ",method=" + label_value(pair.second) + ",outcome=\"";
    // All outcomes from the first request on: a counter that appears late hides its first increase from rate().
    for (std::size_t i = 0; i < kOutcomes; ++i)
      append_sample(out, kRequests, "", labels + std::string(to_string(static_cast<Outcome>(i))) + "\"",
                    series->outcomes[i]);
  }
  append_head(out, kDuration, "histogram", kDurationHelp);
  for (const auto& [pair, series] : requests_)
    append_histogram(out, "server=" + label_value(pair.first) + ",method=" + label_value(pair.second), series->duration);
  return out;
}

std::vector<Metrics::Family> Metrics::families() const {
  std::vector<Family> out;
  for (const auto& [name, family] : observed_) out.push_back({name, std::string(type_name(family.type)), family.help});
  out.push_back({std::string(kRequests), "counter", std::string(kRequestsHelp)});
  out.push_back({std::string(kDuration), "histogram", std::string(kDurationHelp)});
  return out;
}

std::string label_value(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (c == '\n')
      out += "\\n";
    else
      out += c;
  }
  return out + '"';
}

}  // namespace gatehouse::telemetry
