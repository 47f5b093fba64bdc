#pragma once
#include <memory>
#include <string>
#include <vector>

#include <gatehouse/net/http_client.hpp>
#include <gatehouse/net/http_server.hpp>
#include <gatehouse/net/loop.hpp>
#include <gatehouse/net/timers.hpp>

#include "gateway/admin/admin.hpp"
#include "gateway/app/admission.hpp"
#include "gateway/app/endpoint.hpp"
#include "gateway/app/pages.hpp"
#include "gateway/app/servers.hpp"
#include "gateway/app/tool_pins.hpp"
#include "gateway/config/config.hpp"
#include "gateway/ratelimit/limiter.hpp"
#include "gateway/seal/seal.hpp"
#include "gateway/telemetry/call_log.hpp"
#include "gateway/telemetry/metrics.hpp"

/// The composition root: everything is built, reloaded and shut down here.
namespace gatehouse::app {

class Gateway final : net::HttpHandler, public admin::Status {
 public:
  Gateway(net::Loop& loop, config::Config config);
  ~Gateway();

  enum class Listener { open, none };
  /// Opens the main listener (or none, for a gateway on stdio) and that for operators, and starts the servers.
  /// Errors: io, invalid_config.
  Result<void> start(Listener main = Listener::open);
  /// Returns when every server was tried once, after `patience`, or when `cancel` is requested.
  Task<void> settled(Milliseconds patience, Cancel& cancel);
  /// Returns when a server is up; gives up after a moment, and with one that is still being tried later. Errors: unavailable, naming
  /// the first server and why; cancelled.
  Task<Result<void>> server_up(Cancel& cancel);
  struct OnChannel {
    std::string endpoint;    ///< Path; empty: the first one.
    Milliseconds linger{0};  ///< transport::StdioServerOptions::linger.
  };
  /// Serves one client on a channel until either side ends. Errors: not_found.
  Task<Result<void>> serve_channel(transport::Channel& channel, const OnChannel& how, Cancel& stop);
  /// Takes over a changed configuration without touching what did not change. Listeners and connection limits need a restart; a
  /// warning says so. One that would let strangers in at an address that is not loopback is not taken over.
  void reload(config::Config config);
  /// Refuses new work, lets running calls finish, ends everything in order.
  Task<void> stop();

  [[nodiscard]] std::string url() const;  ///< Of the main listener: "http://127.0.0.1:8080".

 private:
  Task<void> serve(net::HttpExchange& exchange) override;
  std::unique_ptr<Refusal> refuse_early(const net::RequestHead& head, std::string_view peer_address) override;
  std::string error_body(int status, const Error& error) override;
  [[nodiscard]] std::string public_base() const;
  [[nodiscard]] std::string public_path() const;
  [[nodiscard]] bool would_open(const config::Config& config) const;
  // admin::Status
  [[nodiscard]] bool ready() const override;
  [[nodiscard]] std::string health() const override;
  [[nodiscard]] std::string metrics_text() override;

  /// Of the main listener: without names of servers if clients have to say who they are.
  [[nodiscard]] std::string public_health() const;
  [[nodiscard]] std::string_view status() const;  ///< In one word.

  struct Mounted {
    config::Endpoint options;
    std::unique_ptr<Endpoint> endpoint;
  };
  [[nodiscard]] Endpoint* endpoint_at(std::string_view path);
  [[nodiscard]] Endpoint* http_sse_at(std::string_view path);
  [[nodiscard]] std::size_t active_sessions() const;
  [[nodiscard]] stages::Input::Parts input_parts();
  void mount();
  Result<void> listen();
  void apply_policy();
  void show_routes();
  void schedule_routes();
  [[nodiscard]] std::shared_ptr<const stages::Routes> routes_for(const Mounted& mounted) const;
  [[nodiscard]] transport::StreamableHttpOptions front_options(const config::Endpoint& endpoint);
  [[nodiscard]] std::shared_ptr<transport::Session> find_session(std::string_view id);
  void session_changed(std::string_view session);
  void register_metrics();
  void observe_limits();
  void register_rule_metrics();
  void tick();

  net::Loop& loop_;
  config::Config config_;
  std::string via_;
  telemetry::Metrics metrics_;
  std::vector<std::pair<std::string, std::string>> server_series_;  // name and labels of those that metrics_ has now
  std::vector<std::string> limit_labels_;                           // the same for limits
  std::vector<std::string> rule_labels_;
  telemetry::CallLog call_log_;
  ratelimit::LocalStore buckets_;
  ratelimit::Limiter limiter_;
  ratelimit::Gate gate_;
  seal::KeyRing keys_;
  asking::RootsCache roots_;
  const asking::Means means_{loop_, config_.questions, roots_};
  asking::OpenUrls open_urls_;
  asking::Parking parking_{loop_, keys_, config_.questions};
  Admission admission_{loop_};
  Pages pages_;
  net::HttpClient http_client_;
  Servers servers_;
  ToolPins pins_{loop_, [this] { schedule_routes(); }};
  std::shared_ptr<stages::Access> access_;  // null: no policy
  std::vector<Mounted> endpoints_;
  std::vector<std::unique_ptr<Endpoint>> unmounted_;  // until their last exchange is over
  net::HttpServer http_server_;
  std::unique_ptr<admin::Admin> admin_;
  net::ListenAddress address_;
  net::Timer routes_timer_, tick_timer_;
  Broadcast tried_;
  bool draining_ = false;
};

}  // namespace gatehouse::app
