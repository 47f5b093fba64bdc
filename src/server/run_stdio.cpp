#include <cstdlib>
#include <iostream>

#include <gatehouse/server/run.hpp>
#include <gatehouse/transport/stdio.hpp>

#include "src/server/stop_signal.hpp"

namespace gatehouse::server {

int run_stdio(Server& server, transport::StdioServerOptions options) {
  net::Loop loop;
  return run_stdio(loop, server, options);
}

int run_stdio(net::Loop& loop, Server& server, transport::StdioServerOptions options) {
  auto channel = transport::stdio_channel(loop);
  if (!channel) {
    std::cerr << channel.error().message << '\n';
    return EXIT_FAILURE;
  }
  transport::StdioServer front(loop, **channel, server, options);
  const auto attachment = server.attach(front.sessions());
  const StopSignal on_signal(loop, [&front] { front.stop(); });
  net::run(loop, front.serve());
  return EXIT_SUCCESS;
}

}  // namespace gatehouse::server
