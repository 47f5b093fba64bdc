// The values that are read when somebody asks for the metrics. Names and meanings: docs/metrics.md.
#include "gateway/app/gateway.hpp"
#include "gateway/app/version.hpp"

namespace gatehouse::app {
namespace {

using Type = telemetry::Metrics::Type;

std::string server_label(const upstream::Upstream& server) { return "server=" + telemetry::label_value(server.name()); }

/// One value of each server.
struct Series {
  const char* name;
  Type type;
  const char* help;
  double (*read)(const upstream::Upstream& server);
  const char* more_labels = "";
};

template <auto Member>
double count(const upstream::Upstream& server) {
  return static_cast<double>(server.counters().*Member);
}
template <auto Member>
double guarded(const upstream::Upstream& server) {
  return static_cast<double>(server.guard().counters().*Member);
}
template <breaker::BreakerState State>
double transitions(const upstream::Upstream& server) {
  return static_cast<double>(server.guard().breaker().transitions()[static_cast<std::size_t>(State)]);
}
double tools(const upstream::Upstream& server) {
  return server.lists() ? static_cast<double>(server.lists()->of(mcp::ListKind::tools).size()) : 0.0;
}

using upstream::Counters, upstream::Guard, breaker::BreakerState;
constexpr const char* kTransitions = "Changes of the breaker, by the state that began.";
constexpr const char* kChecks = "Health checks, by their result.";
constexpr Series kServerSeries[] = {
    {"gatehouse_server_up", Type::gauge, "1 while the server answers.",
     [](const upstream::Upstream& s) { return s.state() == upstream::State::up ? 1.0 : 0.0; }},
    {"gatehouse_server_healthy", Type::gauge, "0 while the server fails its health checks.",
     [](const upstream::Upstream& s) { return s.guard().unhealthy() ? 0.0 : 1.0; }},
    {"gatehouse_server_tools", Type::gauge, "Tools that the server lists.", &tools},
    {"gatehouse_server_calls_in_flight", Type::gauge, "Calls that wait for the server.", &count<&Counters::in_flight>},
    {"gatehouse_server_connects_total", Type::counter, "Connections made; for programs: starts.",
     &count<&Counters::connects>},
    {"gatehouse_server_failures_total", Type::counter, "Connections lost or not made.", &count<&Counters::failures>},
    {"gatehouse_server_breaker_state", Type::gauge, "Of the breaker: 0 closed, 1 open, 2 half-open.",
     [](const upstream::Upstream& s) { return static_cast<double>(s.guard().breaker().state()); }},
    {"gatehouse_server_breaker_transitions_total", Type::counter, kTransitions, &transitions<BreakerState::closed>,
     R"(,to="closed")"},
    {"gatehouse_server_breaker_transitions_total", Type::counter, kTransitions, &transitions<BreakerState::open>,
     R"(,to="open")"},
    {"gatehouse_server_breaker_transitions_total", Type::counter, kTransitions, &transitions<BreakerState::half_open>,
     R"(,to="half_open")"},
    {"gatehouse_server_breaker_refused_total", Type::counter, "Calls that the breaker refused.",
     [](const upstream::Upstream& s) { return static_cast<double>(s.guard().breaker().refused()); }},
    {"gatehouse_server_retries_total", Type::counter, "Calls that were sent again.",
     &guarded<&Guard::Counters::retries>},
    {"gatehouse_server_retries_refused_total", Type::counter,
     "Calls that were not sent again because the budget was used up.", &guarded<&Guard::Counters::retries_refused>},
    {"gatehouse_server_health_checks_total", Type::counter, kChecks, &guarded<&Guard::Counters::checks_passed>,
     R"(,result="passed")"},
    {"gatehouse_server_health_checks_total", Type::counter, kChecks, &guarded<&Guard::Counters::checks_failed>,
     R"(,result="failed")"},
    {"gatehouse_server_queue_length", Type::gauge, "Calls that wait because max_concurrent calls run.",
     [](const upstream::Upstream& s) { return static_cast<double>(s.turns().waiting()); }},
    {"gatehouse_server_queued_total", Type::counter, "Calls that waited so.",
     [](const upstream::Upstream& s) { return static_cast<double>(s.turns().counters().waits); }},
    {"gatehouse_server_queue_refused_total", Type::counter, "Calls that did not get a turn.",
     [](const upstream::Upstream& s) { return static_cast<double>(s.turns().counters().refused); }},
    {"gatehouse_server_queue_wait_seconds_total", Type::counter, "Time that calls waited so, all together.",
     [](const upstream::Upstream& s) { return std::chrono::duration<double>(s.turns().counters().waited).count(); }},
};

}  // namespace

void Gateway::register_metrics() {
  const auto gauge = [this](std::string name, std::string help, std::move_only_function<double()> read) {
    metrics_.observe(std::move(name), "", Type::gauge, std::move(help), std::move(read));
  };
  const auto counter = [this](std::string name, std::string help, std::move_only_function<double()> read) {
    metrics_.observe(std::move(name), "", Type::counter, std::move(help), std::move(read));
  };
  gauge("mcp_active_sessions", "Client sessions that are open.",
        [this] { return static_cast<double>(active_sessions()); });
  gauge("gatehouse_open_streams", "Event streams that clients hold open.", [this] {
    std::size_t sum = 0;
    for (const Mounted& mounted : endpoints_) sum += mounted.endpoint->open_streams();
    return static_cast<double>(sum);
  });
  gauge("gatehouse_watched_resources", "Resources that clients watch, each client's counted.", [this] {
    std::size_t sum = 0;
    for (const Mounted& mounted : endpoints_) sum += mounted.endpoint->watchers().watched();
    return static_cast<double>(sum);
  });
  gauge("gatehouse_stream_log_bytes", "Events of sessions that are kept for clients whose connection broke.", [this] {
    std::size_t sum = 0;
    for (const Mounted& mounted : endpoints_) sum += mounted.endpoint->http().kept_bytes();
    return static_cast<double>(sum);
  });
  gauge("gatehouse_client_connections", "Open connections of clients.",
        [this] { return static_cast<double>(http_server_.counters().open_connections); });
  counter("gatehouse_client_connections_total", "Connections of clients that were accepted.",
          [this] { return static_cast<double>(http_server_.counters().accepted); });
  counter("gatehouse_client_connections_refused_total",
          "Connections closed because limits.max_connections or max_connections_per_address was reached.",
          [this] { return static_cast<double>(http_server_.counters().refused); });
  counter("gatehouse_bad_requests_total", "Requests that are no valid HTTP.",
          [this] { return static_cast<double>(http_server_.counters().bad_requests); });
  counter("gatehouse_preauth_refused_total", "Requests refused because of limits.preauth.rate.",
          [this] { return static_cast<double>(gate_.counters().requests); });
  counter("gatehouse_credentials_refused_total", "Credentials that were not looked at, or too many wrong ones.",
          [this] { return static_cast<double>(gate_.counters().credentials); });
  gauge("gatehouse_preauth_networks", "Networks that limits.preauth.rate knows.",
        [this] { return static_cast<double>(gate_.networks()); });
  gauge("gatehouse_upstream_connections", "Open HTTP connections to servers.",
        [this] { return static_cast<double>(http_client_.counters().open_connections); });
  gauge("gatehouse_child_processes", "Servers running as child processes.", [this] {
    std::size_t sum = 0;
    for (const auto& server : servers_.all()) sum += server->options().is_stdio() ? server->connections() : 0;
    return static_cast<double>(sum);
  });
  for (const auto outcome : {policy::Outcome::permit, policy::Outcome::step_up, policy::Outcome::deny})
    metrics_.observe(
        "gatehouse_policy_decisions_total", "outcome=" + telemetry::label_value(policy::to_string(outcome)),
        Type::counter, "Requests that the policy in force judged.",
        [this, outcome] { return access_ ? static_cast<double>(access_->judge().outcomes(outcome)) : 0.0; });
  admission_.register_metrics(metrics_);
  pins_.register_metrics(metrics_);
  metrics_.observe("gatehouse_build_info", "version=" + telemetry::label_value(kVersion), Type::gauge, "Always 1.",
                   [] { return 1.0; });
  telemetry::observe_process(metrics_);
}

/// Rules come and go with reloads, and most of a long policy say nothing for a long time.
void Gateway::register_rule_metrics() {
  for (const std::string& label : std::exchange(rule_labels_, {}))
    metrics_.forget("gatehouse_policy_rule_events_total", label);
  if (!access_) return;
  const auto& counts = access_->judge().rule_counts();
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const std::string rule = "rule=" + telemetry::label_value(access_->policy().rules()[i].source.id) + ",event=";
    for (const auto& [event, count] : {std::pair("decided", counts[i].decided), std::pair("unknown", counts[i].unknown),
                                       std::pair("shadow", counts[i].shadow)}) {
      if (count == 0) continue;
      rule_labels_.push_back(rule + telemetry::label_value(event));
      metrics_.observe("gatehouse_policy_rule_events_total", rule_labels_.back(), Type::counter,
                       "What rules of the policy in force did.",
                       [value = static_cast<double>(count)] { return value; });
    }
  }
}

std::string Gateway::metrics_text() {
  register_rule_metrics();
  // Servers come and go with reloads, so their series are made anew each time.
  for (const auto& [name, labels] : std::exchange(server_series_, {})) metrics_.forget(name, labels);
  for (const auto& server : servers_.all()) {
    for (const Series& series : kServerSeries) {
      const std::string labels = server_label(*server) + series.more_labels;
      server_series_.emplace_back(series.name, labels);
      metrics_.observe(series.name, labels, series.type, series.help,
                       [server, read = series.read] { return read(*server); });
    }
  }
  observe_limits();
  return metrics_.text();
}

/// Limits come and go with reloads, too.
void Gateway::observe_limits() {
  for (const std::string& label : std::exchange(limit_labels_, {}))
    for (const auto* name : {"gatehouse_limit_refused_total", "gatehouse_limit_observed_total", "gatehouse_limit_keys"})
      metrics_.forget(name, label);
  for (const auto& rule : limiter_.rules()) {
    const std::string label = "limit=" + telemetry::label_value(rule->limit.id);
    limit_labels_.push_back(label);
    const auto observe = [&](const char* name, Type type, const char* help, double (*read)(const ratelimit::Rule&)) {
      metrics_.observe(name, label, type, help, [rule, read] { return read(*rule); });
    };
    observe("gatehouse_limit_refused_total", Type::counter, "Requests that the limit refused.",
            [](const ratelimit::Rule& r) { return static_cast<double>(r.refused); });
    observe("gatehouse_limit_observed_total", Type::counter, "Requests that it would have refused in mode enforce.",
            [](const ratelimit::Rule& r) { return static_cast<double>(r.observed); });
    observe("gatehouse_limit_keys", Type::gauge,
            "Buckets that it knows; of limits on calls at a time: with running calls.",
            [](const ratelimit::Rule& r) { return static_cast<double>(r.keys()); });
  }
}

}  // namespace gatehouse::app
