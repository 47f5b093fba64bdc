#pragma once
#include <cerrno>
#include <csignal>
#include <cstddef>

#include <fcntl.h>
#include <linux/sched.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/// System calls without the C library's wrappers, which sanitizers replace by functions that take locks. They return what the
/// wrappers return and set errno. Only for the guard and for the child before its exec.
#define GATEHOUSE_BARE __attribute__((no_sanitize("address", "thread", "undefined")))

namespace gatehouse::net::bare {

inline constexpr std::size_t kSignalSetBytes = 8;  // the kernel's, not glibc's

GATEHOUSE_BARE inline pid_t fork() { return static_cast<pid_t>(::syscall(SYS_clone, SIGCHLD, 0L, 0L, 0L, 0L)); }
[[noreturn]] GATEHOUSE_BARE inline void exit(int code) {
  for (;;) ::syscall(SYS_exit_group, code);
}
GATEHOUSE_BARE inline int close(int fd) { return static_cast<int>(::syscall(SYS_close, fd)); }
GATEHOUSE_BARE inline int duplicate(int fd, int as, int flags) {
  return static_cast<int>(::syscall(SYS_dup3, fd, as, flags));
}
GATEHOUSE_BARE inline int open(const char* path, int flags) {
  return static_cast<int>(::syscall(SYS_openat, AT_FDCWD, path, flags, 0));
}
GATEHOUSE_BARE inline ssize_t read(int fd, void* into, std::size_t size) { return ::syscall(SYS_read, fd, into, size); }
GATEHOUSE_BARE inline ssize_t write(int fd, const void* from, std::size_t size) {
  return ::syscall(SYS_write, fd, from, size);
}
GATEHOUSE_BARE inline int kill(pid_t pid, int signal) { return static_cast<int>(::syscall(SYS_kill, pid, signal)); }
GATEHOUSE_BARE inline pid_t group_of(pid_t pid) { return static_cast<pid_t>(::syscall(SYS_getpgid, pid)); }
GATEHOUSE_BARE inline int wait_id(idtype_t kind, pid_t pid, siginfo_t* info, int options) {
  info->si_pid = 0;
  return static_cast<int>(::syscall(SYS_waitid, kind, pid, info, options, nullptr));
}
GATEHOUSE_BARE inline long now_ms() {
  timespec now{};
  ::syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000 + now.tv_nsec / 1'000'000;
}
GATEHOUSE_BARE inline int poll(pollfd* fds, unsigned count, long timeout_ms) {
  timespec timeout{timeout_ms / 1000, timeout_ms % 1000 * 1'000'000};
  return static_cast<int>(
      ::syscall(SYS_ppoll, fds, count, timeout_ms < 0 ? nullptr : &timeout, nullptr, kSignalSetBytes));
}
/// The default action. An all-zero kernel sigaction means that on every architecture, whatever its layout.
GATEHOUSE_BARE inline void default_action(int signal) {
  const long zeros[8] = {};
  ::syscall(SYS_rt_sigaction, signal, zeros, nullptr, kSignalSetBytes);
}
GATEHOUSE_BARE inline void unblock_all_signals() {
  const unsigned long none = 0;
  ::syscall(SYS_rt_sigprocmask, SIG_SETMASK, &none, nullptr, kSignalSetBytes);
}

}  // namespace gatehouse::net::bare
