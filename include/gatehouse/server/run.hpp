#pragma once
#include <functional>
#include <string>

#include <gatehouse/net/http_server.hpp>
#include <gatehouse/net/loop.hpp>
#include <gatehouse/server/server.hpp>
#include <gatehouse/transport/http_sse.hpp>
#include <gatehouse/transport/stdio_server.hpp>
#include <gatehouse/transport/streamable_http.hpp>

/// Whole `main` functions: a loop, signals, an orderly end. Use the transports themselves for anything else.
namespace gatehouse::server {

/// Serves stdin and stdout, both eras, until stdin ends or SIGINT or SIGTERM comes (a second one ends the process at once).
/// Returns the exit code. With a `loop` of your own, handlers can use it to wait; it is run here.
int run_stdio(Server& server, transport::StdioServerOptions options = {});
int run_stdio(net::Loop& loop, Server& server, transport::StdioServerOptions options = {});

struct HttpOptions {
  net::ListenAddress listen{"127.0.0.1", 8080};  ///< Port 0 takes a free one.
  std::string path = "/mcp";
  bool http_sse = false;  ///< Serve HTTP+SSE (2024-11-05) as well, with the stream at `path` + "/sse".
  transport::StreamableHttpOptions mcp;
  net::HttpServerOptions http;
  Milliseconds grace{5000};  ///< How long running requests may take at the end.
  /// Called once with the URL when the server listens. Default: writes it to stdout.
  std::function<void(const std::string& url)> on_listening;
};

/// Serves Streamable HTTP until SIGINT or SIGTERM: open streams end with their result, running requests have `grace` time.
/// Returns the exit code: 1 when the address cannot be used, with the reason on stderr.
int run_http(Server& server, HttpOptions options);
int run_http(net::Loop& loop, Server& server, HttpOptions options);

}  // namespace gatehouse::server
