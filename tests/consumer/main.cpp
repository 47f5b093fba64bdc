// A whole MCP server of somebody who installed the library.
#include <cstdio>
#include <string>

#include <gatehouse/server/run.hpp>
#include <gatehouse/server/server.hpp>

using gatehouse::json::Value;
using gatehouse::server::Context;
using gatehouse::server::Server;
using gatehouse::server::ToolResult;

int main() {
  auto server = Server::builder("consumer", "1.0.0")
                    .tool("ping", "Answers pong.", R"({"type":"object"})",
                          [](Context&, const Value&) { return ToolResult::text("pong from an installed library"); })
                    .build();
  if (!server) {
    std::fputs(server.error().message.c_str(), stderr);
    return 1;
  }
  return gatehouse::server::run_stdio(*server);
}
