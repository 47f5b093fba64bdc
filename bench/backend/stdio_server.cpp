#include "stdio_server.hpp"

#include <cstdio>
#include <iostream>
#include <string>

namespace backend {

void serve_stdio(McpServer& mcp) {
  Reply reply;
  std::string line;
  while (std::getline(std::cin, line)) {
    if (line.find_first_not_of(" \t\r") == line.npos) continue;
    mcp.answer(scan_request(line), reply);
    if (reply.status == 202) continue;
    std::fwrite(reply.lead.data(), 1, reply.lead.size(), stdout);
    for (std::uint64_t i = 0; i < reply.padding_units; ++i) std::fwrite(kPadding.data(), 1, kPadding.size(), stdout);
    std::fwrite(reply.tail.data(), 1, reply.tail.size(), stdout);
    std::fputc('\n', stdout);
    std::fflush(stdout);
  }
}

}  // namespace backend
