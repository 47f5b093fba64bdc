#include <sys/resource.h>

#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <stdexcept>

#include "http_server.hpp"
#include "mcp_server.hpp"
#include "options.hpp"
#include "stdio_server.hpp"

namespace {

/// In one step, so that a reader never sees half a file.
void write_ready_file(const std::string& path, const std::string& url) {
  if (path.empty()) return;
  const std::string unfinished = path + ".new";
  std::ofstream(unfinished) << url << '\n';
  std::filesystem::rename(unfinished, path);
}

void serve_http(const backend::Options& options, backend::McpServer& mcp) {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
  backend::HttpServer server(options, mcp);
  std::cout << "listening on " << server.url() << std::endl;
  write_ready_file(options.ready_file, server.url());
  server.run();
}

}  // namespace

int main(int argc, char** argv) {
  const backend::Options options = backend::read_options(argc, argv);
  try {
    backend::McpServer mcp(options);
    if (options.stdio) {
      std::ios::sync_with_stdio(false);
      backend::serve_stdio(mcp);
    } else {
      serve_http(options, mcp);
    }
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "gatehouse-bench-backend: %s\n", error.what());
    return 2;
  }
}
