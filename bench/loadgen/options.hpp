// What the load generator was asked to do.
#pragma once

#include <netinet/in.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace loadgen {

/// legacy: revision 2025-11-25 inside a session; modern: revision 2026-07-28, stateless.
enum class Era { legacy, modern };

/// Where the MCP endpoint is: an http URL with an IPv4 address or "localhost".
struct Target {
  sockaddr_in address{};
  std::string authority;  ///< for the Host header
  std::string path;
};

/// The defaults make the realistic request: about 490 bytes of headers and 310 bytes of body.
struct Options {
  Target target;
  Era era = Era::legacy;
  std::uint64_t connections = 64;
  double rate = 0;          ///< calls per second in an open loop; 0: closed loop
  double seconds = 1;       ///< of sending, after the warm-up; used when `count` is 0
  std::uint64_t count = 0;  ///< calls to send after the warm-up; 0: by time
  double warm_up_seconds = 0;
  double timeout_seconds = 10;             ///< an answer that takes longer counts as an error
  std::vector<std::string> tools{"echo"};  ///< connection i calls tool i modulo their number
  std::uint64_t argument_bytes = 172;
  std::uint64_t result_bytes = 0;  ///< asked for with the argument `bytes`; 0: the argument is left out
  std::uint64_t token_bytes = 206;
  std::string token;         ///< bearer token; empty: one that means nothing, of `token_bytes`
  bool ignore_text = false;  ///< do not compare the text of the result with the argument
  bool json = false;
  bool on_command = false;
  bool hold = false;
  std::uint64_t sessions = 0;
  bool own_connections = false;
  bool streams = false;
  std::uint64_t calls_each = 0;
};

/// Reads the command line; ends the program with 2 and a message when it makes no sense.
Options read_options(int argc, char** argv);

}  // namespace loadgen
