#pragma once
#include <boost/unordered/unordered_flat_map.hpp>

#include "gateway/stages/call.hpp"
#include "gateway/telemetry/call_log.hpp"
#include "gateway/telemetry/metrics.hpp"

namespace gatehouse::stages {

/// Counts, times and logs every outcome, refusals included. The only place that logs a failed call.
class Observe {
 public:
  static constexpr std::string_view kName = "observe";
  Observe(telemetry::Metrics& metrics, telemetry::CallLog& log) : metrics_(metrics), log_(log) {}
  Task<mcp::Reply> handle(Call& call, Next next);

 private:
  telemetry::RequestSeries& series(const Call& call);
  telemetry::Metrics& metrics_;
  telemetry::CallLog& log_;
  boost::unordered_flat_map<std::uint64_t, telemetry::RequestSeries*> known_;  // by server and method
};

}  // namespace gatehouse::stages
