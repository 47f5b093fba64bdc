// What does a breaker cost a call, closed, as it is nearly always?
#include <benchmark/benchmark.h>

#include "gateway/upstream/guard.hpp"

namespace {

using namespace gatehouse;

void closed(benchmark::State& state) {
  const upstream::Options options;
  upstream::Guard guard(options, 1);
  TimePoint now{std::chrono::seconds(1)};
  for (auto _ : state) {
    now += std::chrono::microseconds(20);  // a busy gateway
    auto ticket = guard.admit(&Clock::now);
    benchmark::DoNotOptimize(ticket);
    guard.succeeded(*ticket, now);
    if (guard.changed()) state.SkipWithError("it opened");
  }
}
BENCHMARK(closed);

void refusing(benchmark::State& state) {
  upstream::Options options;
  options.name = "jira";
  options.breaker.open_for = std::chrono::hours(1);
  upstream::Guard guard(options, 1);
  for (int i = 0; i < 5; ++i)
    guard.failed(*guard.admit(&Clock::now), {Kind::timed_out, Origin::upstream, "silence"}, Clock::now(), Clock::now());
  for (auto _ : state) {
    auto refused = guard.admit(&Clock::now);
    if (refused) state.SkipWithError("it let a call through");
    benchmark::DoNotOptimize(refused);
  }
}
BENCHMARK(refusing);

}  // namespace

BENCHMARK_MAIN();
