// Streamable HTTP on one thread and one epoll instance.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "../support/fd.hpp"
#include "http_request.hpp"
#include "mcp_server.hpp"
#include "options.hpp"
#include "output.hpp"

namespace backend {

/// Listens on loopback; every path is the MCP endpoint. POST is answered by the McpServer, GET with 405, DELETE with
/// 200 in a legacy session and 405 otherwise. Session ids carry a random start that changes with each process: an id of
/// an earlier process gets 404, a missing one 400.
/// Rule: MCP 2025-11-25, basic/transports, "Streamable HTTP" and "Session Management".
class HttpServer {
 public:
  /// Binds the port; throws std::runtime_error when it cannot.
  HttpServer(const Options& options, McpServer& mcp);

  [[nodiscard]] std::string url() const;
  /// Serves until SIGTERM or SIGINT, or the end of stdin if that was asked for.
  void run();

 private:
  struct Connection {
    bench::Fd fd;
    std::string input;  // a request that is not complete yet
    Output output;
    bool waits_to_write = false;
    bool closes = false;  // after the output
  };

  void accept_all();
  void handle(Connection& connection, unsigned events);
  void serve(Connection& connection, std::string_view bytes);
  void answer(Connection& connection, const HttpRequest& request);
  void answer_message(Connection& connection, const HttpRequest& request);
  [[nodiscard]] std::string_view refusal(const HttpRequest& http, const Request& request) const;
  /// Sends what it can. False when the connection is gone.
  bool write(Connection& connection);
  void drop(Connection& connection);

  const Options& options_;
  McpServer& mcp_;
  bench::Fd listener_;
  bench::Fd epoll_;
  bench::Fd signals_;
  std::vector<std::unique_ptr<Connection>> connections_;  // by file descriptor
  std::vector<char> buffer_;
  Reply reply_;
  std::string session_start_;
  std::uint64_t sessions_ = 0;
};

}  // namespace backend
