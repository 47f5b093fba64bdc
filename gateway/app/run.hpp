#pragma once
#include <functional>
#include <optional>
#include <string>

#include <gatehouse/transport/stdio_server.hpp>

#include "gateway/config/load.hpp"

namespace gatehouse::app {

/// Who is served.
enum class Front {
  network,        ///< The main listener.
  stdio,          ///< The host at stdin and stdout, once every server was tried.
  stdio_when_up,  ///< The same, but it is not greeted before a server is up.
};

struct RunOptions {
  /// Reads the configuration, at start and for every reload.
  std::function<std::expected<config::Loaded, config::Problems>()> load;
  std::string ready_file;  ///< Gets the main listener's base URL once every server was tried; empty: none.
  Front front = Front::network;
  /// On stdio, once standard input has ended: how long running requests may take to be answered.
  Milliseconds linger = transport::StdioServerOptions().linger;
  std::string endpoint;  ///< On stdio: the path of the endpoint to serve; empty: the first one.
};

/// Runs the gateway until SIGTERM or SIGINT (on stdio also: until stdin ends and what runs is answered), then drains. SIGHUP and changes of the configuration's files reload it.
/// Returns the process's exit code: 0, or 1 when it could not start (the reason is in the log).
[[nodiscard]] int run(config::Loaded loaded, RunOptions options);

}  // namespace gatehouse::app
