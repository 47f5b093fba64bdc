// What the benchmark's MCP server was asked to be.
#pragma once

#include <cstdint>
#include <string>

namespace backend {

enum class Era { legacy, modern };

/// How a POSTed request is answered.
enum class AnswerForm { json, chunked, event_stream };

/// Mistakes made on purpose, to test those who look for them.
enum class Fault { none, wrong_id, wrong_text, rpc_error, tool_error, http_500, cut, close };

struct Options {
  Era era = Era::legacy;
  AnswerForm form = AnswerForm::json;
  std::uint64_t port = 0;  ///< 0: any free port
  bool stdio = false;
  bool no_sessions = false;  ///< legacy: initialize gives no session id, and none is asked for
  std::uint64_t tools = 2;
  std::uint64_t page_size = 1000;
  Fault fault = Fault::none;
  std::uint64_t fault_every = 1;  ///< each n-th tools/call is answered wrongly
  std::string ready_file;
  bool until_stdin_ends = false;
};

/// Reads the command line; ends the program with 2 and a message when it makes no sense.
Options read_options(int argc, char** argv);

}  // namespace backend
