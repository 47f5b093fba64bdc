// The MCP server itself: message in, message out. It knows no transport.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "options.hpp"
#include "reply.hpp"
#include "request_scan.hpp"

namespace backend {

/// Answers initialize, ping, server/discover, tools/list and tools/call of the era it was made for; other requests get
/// -32601, with HTTP status 404 in the modern era.
/// Rule: MCP 2025-11-25, server/tools; 2026-07-28, server/discover, server/tools, basic/transports/streamable-http.
class McpServer {
 public:
  explicit McpServer(const Options& options);

  /// `reply` is reused from message to message, so that answering needs no memory.
  void answer(const Request& request, Reply& reply);
  /// The fault that the last answer was given.
  [[nodiscard]] Fault last_fault() const { return last_fault_; }

 private:
  void list_tools(const Request& request, Reply& reply) const;
  void call_tool(const Request& request, Reply& reply);
  [[nodiscard]] bool has_tool(std::string_view name) const;
  void error(const Request& request, int status, std::string_view code_and_message, Reply& reply) const;
  void result(const Request& request, std::string_view members, Reply& reply) const;

  const Options& options_;
  std::vector<std::string> pages_;  // members of the results of tools/list
  std::string discovery_;
  std::uint64_t calls_ = 0;
  Fault last_fault_ = Fault::none;
};

}  // namespace backend
