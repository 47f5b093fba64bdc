#include <cstdlib>
#include <iostream>
#include <optional>
#include <utility>

#include <gatehouse/server/run.hpp>
#include <gatehouse/transport/metadata_page.hpp>

#include "src/server/stop_signal.hpp"

namespace gatehouse::server {
namespace {

/// One endpoint on one path, if wanted with HTTP+SSE below it, nothing else.
class Site final : public net::HttpHandler {
 public:
  Site(net::Loop& loop, Server& server, const HttpOptions& options)
      : path_(options.path),
        resource_(server.resource()),
        metadata_path_(identity::metadata_path(resource_.identifier)),
        endpoint_(loop, server, options.mcp) {
    if (options.http_sse)
      http_sse_.emplace(loop, server, endpoint_.sessions(), options.mcp, transport::HttpSsePaths::below(path_));
  }

  Task<void> serve(net::HttpExchange& exchange) override {
    const std::string_view path = exchange.head().path();
    if (path == path_) co_return co_await endpoint_.serve(exchange);
    if (http_sse_ && http_sse_->has(path)) co_return co_await http_sse_->serve(exchange);
    if (!resource_.metadata_url.empty() && exchange.head().target == metadata_path_)
      co_return co_await transport::serve_metadata(exchange, resource_);
    (void)co_await exchange.respond(404, {}, {});
  }
  [[nodiscard]] transport::Sessions& sessions() { return endpoint_.sessions(); }
  void end_streams() {
    endpoint_.end_streams();
    if (http_sse_) http_sse_->end_streams();
  }

 private:
  std::string path_;
  const identity::ProtectedResource& resource_;
  const std::string metadata_path_;
  transport::StreamableHttp endpoint_;
  std::optional<transport::HttpSse> http_sse_;
};

Task<void> serve(net::Loop& loop, Server& server, HttpOptions& options, int& exit_code) {
  Site site(loop, server, options);
  const auto attachment = server.attach(site.sessions());
  net::HttpServer http(loop, site, options.http);
  const auto address = http.listen(options.listen);
  if (!address) {
    std::cerr << address.error().message << '\n';
    exit_code = EXIT_FAILURE;
    co_return;
  }
  Signal asked_to_stop;
  const StopSignal on_signal(loop, [&asked_to_stop] { asked_to_stop.notify(); });
  const std::string url = "http://" + address->str() + options.path;
  if (options.on_listening)
    options.on_listening(url);
  else
    std::cout << "listening on " << url << std::endl;
  co_await asked_to_stop.wait();
  site.end_streams();
  co_await http.stop(options.grace);
}

}  // namespace

int run_http(Server& server, HttpOptions options) {
  net::Loop loop;
  return run_http(loop, server, std::move(options));
}

int run_http(net::Loop& loop, Server& server, HttpOptions options) {
  int exit_code = EXIT_SUCCESS;
  net::run(loop, serve(loop, server, options, exit_code));
  return exit_code;
}

}  // namespace gatehouse::server
