#pragma once
#include "gateway/seal/seal.hpp"
#include "gateway/stages/call.hpp"
#include "gateway/stages/watchers.hpp"
#include "gateway/telemetry/call_log.hpp"
#include "gateway/telemetry/metrics.hpp"

namespace gatehouse::pipeline {

/// What the stages use.
struct Parts {
  telemetry::Metrics& metrics;
  telemetry::CallLog& call_log;
  stages::Watchers& watchers;
  const seal::KeyRing& keys;  ///< Of the tokens that clients carry; changes with the configuration.
};

/// THE hot path: what happens to a request, in order. docs/request-life.md draws the same list.
[[nodiscard]] stages::Pipeline make_pipeline(Parts parts);

}  // namespace gatehouse::pipeline
