#pragma once
#include "gateway/ratelimit/limiter.hpp"
#include "gateway/stages/call.hpp"
#include "gateway/stages/input.hpp"
#include "gateway/stages/tasks.hpp"
#include "gateway/stages/watchers.hpp"
#include "gateway/telemetry/call_log.hpp"
#include "gateway/telemetry/metrics.hpp"

namespace gatehouse::pipeline {

/// What the stages use.
struct Parts {
  telemetry::Metrics& metrics;
  telemetry::CallLog& call_log;
  stages::Watchers& watchers;
  ratelimit::Limiter& limiter;
  stages::Input::Parts input;
  stages::Tasks::Parts tasks;
};

/// THE hot path: what happens to a request, in order. docs/request-life.md draws the same list.
[[nodiscard]] stages::Pipeline make_pipeline(Parts parts);

}  // namespace gatehouse::pipeline
