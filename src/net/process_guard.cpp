#include "src/net/process_guard.hpp"

#include "src/net/process_calls.hpp"
#include "src/net/process_child.hpp"
#include "src/net/process_memory.hpp"

namespace gatehouse::net {
namespace {

// The guard's descriptors. 0 to 2 become the child's.
constexpr int kLifeline = 3, kStatus = 4, kFirstFree = 5;
constexpr long kRescanMs = 50;     // while what was left behind may still end by itself
constexpr long kKillAgainMs = 10;  // killing one process makes us the parent of its children
constexpr long kGiveUpMs = 5000;   // a process stuck in the kernel does not hold us for ever
constexpr int kMaxTermed = 256;

struct Guard {
  const GuardPlan& plan;
  pid_t child = -1;
  int signals = -1;       // readable when a child ended
  int exec_outcome = -1;  // readable or ended when the child's exec failed or succeeded; -1 once that is known
  bool child_running = true;
  bool gateway_alive = true;
  bool group_termed = false;
  long kill_at = -1;         // when patience ends; -1: not our decision
  long give_up_at = -1;      // set while killing
  pid_t termed[kMaxTermed];  // adopted processes that got their one SIGTERM
  int termed_count = 0;
};

GATEHOUSE_BARE void report(const GuardReport& what) { bare::write(kStatus, &what, sizeof what); }

GATEHOUSE_BARE void take_places(const GuardPlan& plan) {
  ::syscall(SYS_setsid);
  ::syscall(SYS_prctl, PR_SET_NAME, "gatehouse-guard", 0L, 0L, 0L);
  ::syscall(SYS_prctl, PR_SET_CHILD_SUBREAPER, 1L, 0L, 0L, 0L);
  bare::default_action(SIGCHLD);  // were it ignored, exit statuses would be lost
  bare::duplicate(plan.child_stdin, 0, 0);
  bare::duplicate(plan.child_stdout, 1, 0);
  bare::duplicate(plan.child_stderr, 2, 0);
  bare::duplicate(plan.lifeline, kLifeline, O_CLOEXEC);
  bare::duplicate(plan.status, kStatus, O_CLOEXEC);
  if (::syscall(SYS_close_range, static_cast<unsigned>(kFirstFree), ~0u, 0u) == 0) return;
  for (int fd = kFirstFree; fd <= plan.max_fd; ++fd) bare::close(fd);
}

GATEHOUSE_BARE bool start_child(Guard& guard) {
  int pipe[2];
  const unsigned long child_signal = 1ul << (SIGCHLD - 1);
  guard.signals =
      static_cast<int>(::syscall(SYS_signalfd4, -1, &child_signal, bare::kSignalSetBytes, O_CLOEXEC | O_NONBLOCK));
  bool ok = guard.signals >= 0 && ::syscall(SYS_pipe2, pipe, O_CLOEXEC | O_NONBLOCK) == 0;
  if (ok) {
    const auto self = static_cast<pid_t>(::syscall(SYS_getpid));
    guard.child = bare::fork();
    if (guard.child == 0) run_child(guard.plan, self, pipe[1]);
    ok = guard.child > 0;
  }
  if (!ok) {
    report({GuardReport::What::failed, static_cast<int>(GuardReport::Stage::fork), errno});
    return false;
  }
  guard.exec_outcome = pipe[0];
  bare::close(pipe[1]);
  for (int fd = 0; fd <= 2; ++fd) bare::close(fd);  // the child's streams end when the child's side ends
  ::syscall(SYS_chdir, "/");
  return true;
}

GATEHOUSE_BARE void learn_exec_outcome(Guard& guard) {
  GuardReport failure;
  const ssize_t got = bare::read(guard.exec_outcome, &failure, sizeof failure);
  if (got < 0 && errno == EAGAIN) return;
  if (got == sizeof failure) {
    report(failure);
  } else {
    report({GuardReport::What::started, guard.child, 0});
  }
  bare::close(guard.exec_outcome);
  guard.exec_outcome = -1;
}

// Calls `act` for every direct child but the first one. Asking waitid whether a process is ours is cheaper than reading its
// /proc entry, and cannot be wrong.
GATEHOUSE_BARE void for_each_adopted(Guard& guard, void (*act)(Guard&, pid_t)) {
  const int proc = bare::open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (proc < 0) return;
  alignas(8) char entries[4096];
  struct Entry {  // linux_dirent64, which no header declares
    unsigned long long inode;
    long long offset;
    unsigned short length;
    unsigned char type;
    char name[1];
  };
  for (long size; (size = ::syscall(SYS_getdents64, proc, entries, sizeof entries)) > 0;) {
    for (long at = 0; at < size;) {
      const auto* entry = reinterpret_cast<const Entry*>(entries + at);
      at += entry->length;
      pid_t pid = 0;
      for (const char* digit = entry->name; *digit >= '0' && *digit <= '9'; ++digit) pid = pid * 10 + (*digit - '0');
      siginfo_t info;
      if (pid == 0 || pid == guard.child) continue;
      if (bare::wait_id(P_PID, pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0) act(guard, pid);
    }
  }
  bare::close(proc);
}

GATEHOUSE_BARE void kill_adopted(Guard&, pid_t pid) { bare::kill(bare::group_of(pid) == pid ? -pid : pid, SIGKILL); }

GATEHOUSE_BARE void term_adopted(Guard& guard, pid_t pid) {
  for (int i = 0; i < guard.termed_count; ++i) {
    if (guard.termed[i] == pid) return;
  }
  if (guard.termed_count == kMaxTermed) return;
  guard.termed[guard.termed_count++] = pid;
  const pid_t group = bare::group_of(pid);
  if (group == guard.child) return;  // got it with the group
  bare::kill(group == pid ? -pid : pid, SIGTERM);
}

GATEHOUSE_BARE void term_group(Guard& guard) {
  if (!guard.group_termed && guard.child_running) bare::kill(-guard.child, SIGTERM);
  guard.group_termed = true;
}

GATEHOUSE_BARE void begin_killing(Guard& guard) {
  if (guard.give_up_at >= 0) return;
  guard.give_up_at = bare::now_ms() + kGiveUpMs;
  if (guard.child_running) bare::kill(-guard.child, SIGKILL);
}

GATEHOUSE_BARE void limit_patience(Guard& guard) {
  if (guard.kill_at < 0) guard.kill_at = bare::now_ms() + guard.plan.grace_ms;
}

// The child is a zombie here: its group's number cannot belong to anybody else yet.
GATEHOUSE_BARE void on_child_exit(Guard& guard, const siginfo_t& info) {
  if (guard.exec_outcome >= 0) learn_exec_outcome(guard);
  const bool by_signal = info.si_code != CLD_EXITED;
  report({GuardReport::What::exited, by_signal ? 128 + info.si_status : info.si_status, by_signal ? info.si_status : 0});
  if (guard.give_up_at >= 0) bare::kill(-guard.child, SIGKILL);
  term_group(guard);
  guard.child_running = false;
  limit_patience(guard);
}

// Returns false when no process is left.
GATEHOUSE_BARE bool reap(Guard& guard) {
  for (;;) {
    siginfo_t info;
    if (bare::wait_id(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) != 0) return errno != ECHILD;
    if (info.si_pid == 0) return true;
    if (info.si_pid == guard.child && guard.child_running) on_child_exit(guard, info);
    const pid_t ended = info.si_pid;
    bare::wait_id(P_PID, ended, &info, WEXITED);
  }
}

GATEHOUSE_BARE void read_commands(Guard& guard) {
  char commands[16];
  const ssize_t got = bare::read(kLifeline, commands, sizeof commands);
  if (got == 0) {
    guard.gateway_alive = false;
    term_group(guard);
    for_each_adopted(guard, term_adopted);
    limit_patience(guard);
  }
  for (ssize_t i = 0; i < got; ++i) {
    if (commands[i] == static_cast<char>(GuardCommand::kill)) {
      begin_killing(guard);
    } else {
      term_group(guard);
      for_each_adopted(guard, term_adopted);
    }
  }
}

GATEHOUSE_BARE long patience_ms(const Guard& guard) {
  if (guard.give_up_at >= 0) return kKillAgainMs;
  if (guard.kill_at < 0) return -1;
  const long left = guard.kill_at - bare::now_ms();
  return left < 0 ? 0 : left < kRescanMs ? left : kRescanMs;
}

GATEHOUSE_BARE void wait_for_news(Guard& guard) {
  pollfd news[3] = {
      {guard.signals, POLLIN, 0}, {guard.exec_outcome, POLLIN, 0}, {guard.gateway_alive ? kLifeline : -1, POLLIN, 0}};
  bare::poll(news, 3, patience_ms(guard));
  char drained[1024];
  while (bare::read(guard.signals, drained, sizeof drained) > 0) {}
  if (news[1].revents != 0) learn_exec_outcome(guard);
  if (news[2].revents != 0) read_commands(guard);
}

GATEHOUSE_BARE void end_leftovers(Guard& guard) {
  if (guard.kill_at >= 0 && bare::now_ms() >= guard.kill_at) begin_killing(guard);
  if (guard.give_up_at >= 0) {
    for_each_adopted(guard, kill_adopted);
  } else if (!guard.child_running) {
    for_each_adopted(guard, term_adopted);
  }
}

[[noreturn]] GATEHOUSE_BARE void run_guard(const GuardPlan& plan) {
  Guard guard{plan};
  take_places(plan);
  forget_inherited_memory(plan.memory, plan.memory_bytes);
  if (start_child(guard)) {
    while (reap(guard) && !(guard.give_up_at >= 0 && bare::now_ms() >= guard.give_up_at)) {
      end_leftovers(guard);
      wait_for_news(guard);
    }
  }
  bare::exit(0);
}

}  // namespace

GATEHOUSE_BARE pid_t fork_guard(const GuardPlan& plan) {
  const pid_t pid = bare::fork();
  if (pid == 0) run_guard(plan);
  return pid;
}

}  // namespace gatehouse::net
