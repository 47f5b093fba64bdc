#pragma once
#include <memory>
#include <string>

#include <gatehouse/mcp/call.hpp>
#include <gatehouse/transport/http_sse.hpp>
#include <gatehouse/transport/stdio_server.hpp>
#include <gatehouse/transport/streamable_http.hpp>

#include "gateway/app/own_routes.hpp"
#include "gateway/pipeline/pipeline.hpp"
#include "gateway/stages/call.hpp"
#include "gateway/stages/watchers.hpp"

namespace gatehouse::app {

/// One path of the main listener: its sessions, its pipeline and the servers it shows at this moment.
class Endpoint final : public mcp::Responder {
 public:
  Endpoint(net::Loop& loop, telemetry::Metrics& metrics, telemetry::CallLog& call_log, ratelimit::Limiter& limiter,
           stages::Input::Parts input, const bridge::TaskOptions& task_options, const std::string& path,
           const transport::StreamableHttpOptions& options);

  Task<void> serve(net::HttpExchange& exchange);
  [[nodiscard]] transport::HttpSse& http_sse() { return http_sse_; }
  /// Gives HTTP+SSE its part of an exchange. REQUIRES: http_sse().has(path).
  Task<void> serve_sse(net::HttpExchange& exchange);
  /// Serves one client on a channel (stdio), both eras at once, until the channel ends or `stop` is requested. One at a time.
  Task<void> serve_channel(transport::Channel& channel, transport::StdioServerOptions options, Cancel& stop);
  /// Exchanges and background work that run now.
  [[nodiscard]] std::size_t serving() const { return serving_ + facades_.running() + pumps_.running(); }
  /// Cancels what runs for tasks.
  void end_tasks();
  Task<void> stop_tasks();

  /// Shows other servers or other lists from now on; clients hear of every list that differs. Running calls keep the old ones.
  void show(std::shared_ptr<const stages::Routes> routes);
  [[nodiscard]] const std::shared_ptr<const stages::Routes>& routes() const { return routes_; }
  /// Servers show this session other lists than before.
  void session_changed(std::string_view session);
  [[nodiscard]] stages::Watchers& watchers() { return watchers_; }
  [[nodiscard]] transport::StreamableHttp& http() { return http_; }
  void set_options(const transport::StreamableHttpOptions& options);
  /// Sessions of all fronts.
  void each_session(FunctionRef<void(transport::Session&)> visit);
  [[nodiscard]] std::shared_ptr<transport::Session> find_session(std::string_view id) const;
  [[nodiscard]] std::size_t sessions() const;
  [[nodiscard]] std::size_t open_streams() const { return http_.open_streams() + http_sse_.open_streams(); }
  void end_streams();  ///< Of all fronts, gracefully; calls go on.
  [[nodiscard]] catalog::LinkIndex& links() { return links_; }

 private:
  Task<mcp::Reply> answer(const mcp::Call& call) override;
  void notified(const mcp::Message& notification, const mcp::Client& client) override;
  About about(const mcp::Client& client) override;
  void announce_changes(const stages::Routes& before);
  void tell_task(std::string_view session, const std::string& task) const;
  void offer_tasks(About& about, const mcp::Client& client) const;
  [[nodiscard]] std::string_view server_info() const override { return server_info_; }
  void events_missed(std::string_view session) override { watchers_.assume_changes(session); }
  void session_ended(std::string_view session) override;

  net::Loop& loop_;
  std::shared_ptr<const stages::Routes> routes_;
  asking::RootsCache& roots_;
  asking::OpenUrls& open_urls_;
  OwnRoutes own_routes_;
  catalog::LinkIndex links_;
  stages::Watchers watchers_;
  const bridge::TaskOptions& task_options_;
  tasks::Facades facades_;
  tasks::Pumps pumps_;
  stages::Pipeline pipeline_;
  std::string server_info_;
  std::size_t serving_ = 0;
  transport::StreamableHttp http_;
  transport::Sessions* channel_sessions_ = nullptr;  // while a channel is served
  transport::HttpSse http_sse_;                      // its sessions are among those of http_
};

/// Who the gateway says it is, towards both sides.
[[nodiscard]] mcp::Implementation gateway_implementation();

}  // namespace gatehouse::app
