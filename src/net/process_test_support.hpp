#pragma once
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <poll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gatehouse/net/process.hpp>

#include "src/net/fd.hpp"

/// What the tests of processes share. Included by tests only.
namespace gatehouse::net::test {

inline ProcessOptions shell(std::string script) {
  ProcessOptions options;
  options.command = "/bin/sh";
  options.args = {"-c", std::move(script)};
  return options;
}

/// `body(loop)` is a coroutine without captures.
template <class Body>
void on_loop(Body body) {
  Loop loop;
  run(loop, body(loop));
}

/// Starts or throws.
inline Task<std::unique_ptr<Process>> started(Loop& loop, ProcessOptions options) {
  auto process = co_await Process::start(loop, std::move(options));
  if (!process) throw std::runtime_error(process.error().message + " / " + process.error().detail);
  co_return std::move(*process);
}

inline Task<std::string> read_all(Process& process) {
  std::string all, part(65536, '\0');
  for (;;) {
    const auto got = co_await process.read(part.data(), part.size());
    if (!got) throw std::runtime_error(got.error().message);
    if (*got == 0) co_return all;
    all.append(part, 0, *got);
  }
}

inline Task<std::string> read_line(Process& process) {
  std::string line;
  for (char c = 0;;) {
    const auto got = co_await process.read(&c, 1);
    if (!got || *got == 0) throw std::runtime_error("no line, only: " + line);
    if (c == '\n') co_return line;
    line += c;
  }
}

inline Task<void> write(Process& process, std::string_view text) {
  const json::Pieces pieces{text};
  if (auto sent = co_await process.write(pieces); !sent) throw std::runtime_error(sent.error().message);
}

/// A process that is not our child, observed without asking again and again.
class Observed {
 public:
  explicit Observed(pid_t pid) : fd_(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))) {}
  [[nodiscard]] bool existed() const { return static_cast<bool>(fd_); }
  [[nodiscard]] bool ends_within(int milliseconds) const {
    pollfd end{fd_.get(), POLLIN, 0};
    return !fd_ || ::poll(&end, 1, milliseconds) == 1;
  }
  [[nodiscard]] bool ended() const { return ends_within(0); }

 private:
  Fd fd_;
};

inline bool has_children() { return ::waitpid(-1, nullptr, WNOHANG) != -1 || errno != ECHILD; }

}  // namespace gatehouse::net::test
