#pragma once
#include <cstddef>

#include <sys/types.h>

/// The process between us and a child: see net/process.hpp for what it is for.
///
/// It is forked from a program with threads and never calls exec, so from its first line on it may use nothing but system
/// calls: no allocation, no locks, no library functions that a sanitizer replaces. All it needs is in its GuardPlan.
///
///            lifeline: commands; its end says that we died
///    gateway ------------------------------------------> guard ---fork---> child ---> descendants
///            <------------------------------------------  ^ adopts what loses its parent (child subreaper)
///            status: GuardReport, then the end
namespace gatehouse::net {

/// Descriptors are over 8, for the guard arranges the low ones anew.
struct GuardPlan {
  const void* memory;  ///< Holds all that the pointers below point to; other memory of the parent is given back.
  std::size_t memory_bytes;
  const char* const* programs;  ///< Paths to try in this order. Like `argv` and `envp`, it ends with null.
  const char* const* argv;
  const char* const* envp;
  const char* cwd;  ///< Null: the current one.
  int child_stdin, child_stdout, child_stderr;
  int lifeline, status;
  int max_fd;     ///< Close up to here where the kernel has no close_range.
  long grace_ms;  ///< Between SIGTERM and SIGKILL when nobody is left to ask.
};

/// One byte each, on the lifeline.
enum class GuardCommand : char { terminate = 'T', kill = 'K' };

/// What travels over the status pipe, in this order: `started` or `failed`, then `exited`. Written in one piece.
struct GuardReport {
  enum class What : int { started, failed, exited };
  enum class Stage : int { fork, cwd, exec };
  What what;
  int value;   ///< started: the child's pid. failed: a Stage. exited: the exit code, or 128 + signal.
  int detail;  ///< failed: errno. exited: the signal, or 0.
};

/// Forks the guard. REQUIRES: every signal is blocked in the calling thread, and stays so in the guard. Returns its pid, or -1.
[[nodiscard]] pid_t fork_guard(const GuardPlan& plan);

}  // namespace gatehouse::net
