// The values that are read when somebody asks for the metrics. Names and meanings: docs/metrics.md.
#include "gateway/app/gateway.hpp"
#include "gateway/app/version.hpp"

namespace gatehouse::app {
namespace {

using Type = telemetry::Metrics::Type;

std::string server_label(const upstream::Upstream& server) { return "server=" + telemetry::label_value(server.name()); }

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
          "Connections closed because limits.max_connections was reached.",
          [this] { return static_cast<double>(http_server_.counters().refused); });
  counter("gatehouse_bad_requests_total", "Requests that are no valid HTTP.",
          [this] { return static_cast<double>(http_server_.counters().bad_requests); });
  gauge("gatehouse_upstream_connections", "Open HTTP connections to servers.",
        [this] { return static_cast<double>(http_client_.counters().open_connections); });
  gauge("gatehouse_child_processes", "Servers running as child processes.", [this] {
    std::size_t sum = 0;
    for (const auto& server : servers_.all()) sum += server->options().is_stdio() ? server->connections() : 0;
    return static_cast<double>(sum);
  });
  metrics_.observe("gatehouse_build_info", "version=" + telemetry::label_value(kVersion), Type::gauge, "Always 1.",
                   [] { return 1.0; });
}

std::string Gateway::metrics_text() {
  // Servers come and go with reloads, so their series are made anew each time.
  for (const std::string& label : std::exchange(server_labels_, {})) {
    for (const auto* name :
         {"gatehouse_server_up", "gatehouse_server_calls_in_flight", "gatehouse_server_connects_total",
          "gatehouse_server_failures_total", "gatehouse_server_tools"}) {
      metrics_.forget(name, label);
    }
  }
  for (const auto& server : servers_.all()) {
    const std::string label = server_label(*server);
    server_labels_.push_back(label);
    const auto observe = [&](const char* name, Type type, const char* help, double (*read)(const upstream::Upstream&)) {
      metrics_.observe(name, label, type, help, [server, read] { return read(*server); });
    };
    observe("gatehouse_server_up", Type::gauge, "1 while the server answers.",
            [](const upstream::Upstream& s) { return s.state() == upstream::State::up ? 1.0 : 0.0; });
    observe("gatehouse_server_calls_in_flight", Type::gauge, "Calls that wait for the server.",
            [](const upstream::Upstream& s) { return static_cast<double>(s.counters().in_flight); });
    observe("gatehouse_server_connects_total", Type::counter, "Connections made; for programs: starts.",
            [](const upstream::Upstream& s) { return static_cast<double>(s.counters().connects); });
    observe("gatehouse_server_failures_total", Type::counter, "Connections lost or not made.",
            [](const upstream::Upstream& s) { return static_cast<double>(s.counters().failures); });
    observe("gatehouse_server_tools", Type::gauge, "Tools that the server lists.", [](const upstream::Upstream& s) {
      return s.lists() ? static_cast<double>(s.lists()->of(mcp::ListKind::tools).size()) : 0.0;
    });
  }
  return metrics_.text();
}

}  // namespace gatehouse::app
