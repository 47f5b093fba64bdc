#pragma once
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <sys/types.h>

#include <gatehouse/base/error.hpp>
#include <gatehouse/base/task.hpp>
#include <gatehouse/base/time.hpp>
#include <gatehouse/json/splice.hpp>
#include <gatehouse/net/loop.hpp>

namespace gatehouse::net {

struct ProcessOptions {
  std::string command;  ///< Looked up in the child's PATH when it has no slash. No shell is involved.
  std::vector<std::string> args;
  std::vector<std::pair<std::string, std::string>> env;  ///< Added to (and overriding) the inherited variables below.
  std::vector<std::string> inherit_env = {"HOME",      "LOGNAME",       "PATH",         "SHELL",      "TERM",
                                          "USER",      "LANG",          "LC_ALL",       "TZ",         "TMPDIR",
                                          "NODE_PATH", "SSL_CERT_FILE", "SSL_CERT_DIR", "HTTP_PROXY", "HTTPS_PROXY",
                                          "NO_PROXY",  "http_proxy",    "https_proxy",  "no_proxy"};
  std::string cwd;  ///< Empty: the current one. A relative `command` with a slash is relative to it.
  std::size_t max_stderr_line_bytes = 4096;  ///< Longer lines are cut.
  /// Gets each line of stderr, on the loop's thread, until the Process is destroyed. Lines written before the exit arrive
  /// before `wait` returns.
  std::move_only_function<void(std::string_view line)> on_stderr;
  /// How long what the child leaves behind may take to react to SIGTERM, and the child itself when this process died.
  Milliseconds orphan_grace{2000};
};

struct ExitStatus {
  int code = 0;  ///< Exit code, or 128 + signal.
  int signal = 0;
  [[nodiscard]] std::string str() const;  ///< "exit code 1", "signal 9 (Killed)".
};

/// A child process with its three streams as pipes, in a session and process group without a terminal.
///
/// The child is watched by a small guard process: when this process dies, however it dies, the guard ends the child and all
/// its descendants (SIGTERM, then SIGKILL), also those in sessions of their own; and when the child exits, it ends what the
/// child left behind. So there are neither orphans nor zombies. Children get the default signal actions and an empty mask.
class Process {
 public:
  /// Returns when the program runs, or could not be started. Errors: unavailable (origin upstream): command not found, not
  /// executable, bad working directory; invalid_config: no command, NUL or `=` where it cannot be; io.
  static Task<Result<std::unique_ptr<Process>>> start(Loop& loop, ProcessOptions options);
  /// Kills everything that still runs, without waiting. `stop` is the orderly way.
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  [[nodiscard]] pid_t pid() const;  ///< Of the child itself.
  [[nodiscard]] bool running() const;

  /// Writes all pieces to stdin, in order with other writers. Errors: connection_lost.
  [[nodiscard]] Task<Result<void>> write(const json::Pieces& bytes);
  void close_stdin();
  /// Reads from stdout into `space`; 0 at its end. One reader. Errors: connection_lost.
  [[nodiscard]] Task<Result<std::size_t>> read(char* space, std::size_t size);

  /// Waits for the child's exit. Any number of waiters. What the child left behind may live for `orphan_grace` longer.
  [[nodiscard]] Task<ExitStatus> wait();
  /// Closes stdin, waits, SIGTERM, waits, SIGKILL. Returns when the child and all its descendants are gone.
  /// Rule: MCP 2025-11-25, basic/lifecycle, "Shutdown: stdio".
  [[nodiscard]] Task<ExitStatus> stop(Milliseconds after_stdin = Milliseconds{2000},
                                      Milliseconds after_term = Milliseconds{2000});
  void terminate();  ///< SIGTERM to the child, its group and adopted descendants.
  void kill();       ///< SIGKILL to the child and all its descendants, now.

 private:
  struct Impl;
  explicit Process(std::shared_ptr<Impl> impl);
  std::shared_ptr<Impl> impl_;
};

}  // namespace gatehouse::net
