#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <gatehouse/base/time.hpp>

/// Counters and histograms in the Prometheus text format (version 0.0.4). One loop writes and reads them: no atomics.
namespace gatehouse::telemetry {

/// Upper bounds in seconds: the OpenTelemetry conventions for MCP, finer below 10 ms.
inline constexpr std::array kDurationBounds = {0.0005, 0.001, 0.0025, 0.005, 0.01, 0.02, 0.05, 0.1,   0.2,
                                               0.5,    1.0,   2.0,    5.0,   10.0, 30.0, 60.0, 120.0, 300.0};

struct Histogram {
  std::array<std::uint64_t, kDurationBounds.size() + 1> counts{};  ///< Not cumulative; the last one is above all bounds.
  double sum_seconds = 0;
  std::uint64_t count = 0;
  void record(Clock::duration duration);
};

/// How a request ended, as a metric label.
enum class Outcome : std::uint8_t { ok, tool_error, client_error, gateway_error, upstream_error, cancelled };
inline constexpr std::size_t kOutcomes = 6;
[[nodiscard]] std::string_view to_string(Outcome outcome);

/// Requests of one (server, method): looked up once per route, then written without a search.
struct RequestSeries {
  std::array<std::uint64_t, kOutcomes> outcomes{};
  Histogram duration;
};

class Metrics {
 public:
  /// Series live as long as this object; the reference stays valid. `server` is "" for requests answered by the gateway itself.
  /// `method` must be a method of the protocol, never text from a client. After `kMaxSeries` pairs all further ones share the
  /// series with the method "other".
  [[nodiscard]] RequestSeries& requests(std::string_view server, std::string_view method);
  static constexpr std::size_t kMaxSeries = 20'000;

  /// A value that is read when the metrics are asked for. `labels` is ready-made: `server="jira"` or empty. Registering the same
  /// name and labels again replaces the reader. Names, types and help texts are checked against docs/metrics.md by a test.
  enum class Type { gauge, counter };
  void observe(std::string name, std::string labels, Type type, std::string help,
               std::move_only_function<double()> read);
  void forget(std::string_view name, std::string_view labels);

  [[nodiscard]] std::string text();  ///< Everything, in a stable order.

  /// What `text` consists of, in its order: for the test of docs/metrics.md.
  struct Family {
    std::string name, type, help;
    bool operator==(const Family&) const = default;
  };
  [[nodiscard]] std::vector<Family> families() const;

 private:
  struct Observed {
    Type type;
    std::string help;
    std::map<std::string, std::move_only_function<double()>, std::less<>> by_labels;
  };
  using Pair = std::pair<std::string, std::string>;
  struct PairLess {
    using is_transparent = void;
    using View = std::pair<std::string_view, std::string_view>;
    bool operator()(const View& a, const View& b) const { return a < b; }
  };
  std::map<Pair, std::unique_ptr<RequestSeries>, PairLess> requests_;
  std::map<std::string, Observed, std::less<>> observed_;
};

/// The process itself under the names that dashboards expect: `process_cpu_seconds_total`, `process_resident_memory_bytes`,
/// `process_open_fds`, `process_max_fds`, `process_start_time_seconds`.
void observe_process(Metrics& metrics);

/// `text` as the value of a label, quotes and escapes included.
[[nodiscard]] std::string label_value(std::string_view text);

}  // namespace gatehouse::telemetry
