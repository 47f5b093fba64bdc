#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include <gatehouse/base/time.hpp>
#include <gatehouse/net/loop.hpp>
#include <gatehouse/net/process.hpp>
#include <gatehouse/transport/channel.hpp>

/// One message per line. Rule: MCP all revisions, basic/transports, "stdio".
namespace gatehouse::transport {

struct StdioOptions {
  std::size_t max_line_bytes = 64u << 20;  ///< A longer line ends the connection.
  std::size_t max_garbage_lines = 1000;    ///< So many lines in a row that are no JSON object or array are skipped.
  Milliseconds stop_after_stdin{2000};     ///< Shutdown: wait after closing stdin …
  Milliseconds stop_after_term{2000};      ///< … and after SIGTERM.
};

/// The client's side: starts a server as a child process.
class ChildChannel : public Channel {
 public:
  /// `name` is used for log lines. Blank lines and lines that do not start with `{` or `[` are skipped, logged (rate-limited)
  /// and counted; after `max_garbage_lines` without a message between them `receive` fails with bad_reply.
  /// Without `process.on_stderr`, lines of stderr go to the log. Errors: those of net::Process::start.
  static Task<Result<std::unique_ptr<ChildChannel>>> start(net::Loop& loop, std::string name,
                                                           net::ProcessOptions process, StdioOptions options = {});
  [[nodiscard]] virtual pid_t pid() const = 0;
  [[nodiscard]] virtual bool running() const = 0;
  [[nodiscard]] virtual std::uint64_t skipped_lines() const = 0;
  /// How the child ended; waits for it.
  virtual Task<net::ExitStatus> wait() = 0;
};

/// The server's side: this process's own stdin and stdout. `receive` fails with connection_lost at the end of stdin.
/// Lines that are no JSON are delivered as they are: the server answers them with a parse error; blank lines are skipped.
/// From now on the rest of the program finds stdin empty, and what it prints to stdout goes to stderr. Errors: io.
[[nodiscard]] Result<std::unique_ptr<Channel>> stdio_channel(net::Loop& loop, StdioOptions options = {});

/// A peer that has ended its input may still read: waits for `time`, less if nobody reads any more or `over` is requested.
Task<void> linger(net::Loop& loop, const Channel& channel, Milliseconds time, Cancel& over);

/// Two connected ends in memory, for tests and in-process servers.
[[nodiscard]] std::pair<std::unique_ptr<Channel>, std::unique_ptr<Channel>> memory_channels();

}  // namespace gatehouse::transport
