#include "src/net/process_child.hpp"

#include "src/net/process_calls.hpp"

namespace gatehouse::net {
namespace {

[[noreturn]] GATEHOUSE_BARE void give_up(GuardReport::Stage stage, int error, int outcome) {
  const GuardReport failure{GuardReport::What::failed, static_cast<int>(stage), error};
  bare::write(outcome, &failure, sizeof failure);
  bare::exit(127);
}

// As execvp searches: a file that may not be executed is passed over, but remembered.
GATEHOUSE_BARE int try_programs(const GuardPlan& plan) {
  int error = ENOENT;
  for (const char* const* program = plan.programs; *program; ++program) {
    ::syscall(SYS_execve, *program, plan.argv, plan.envp);
    if (errno == EACCES) {
      error = EACCES;
    } else if (errno != ENOENT && errno != ENOTDIR) {
      return errno;
    }
  }
  return error;
}

}  // namespace

GATEHOUSE_BARE void run_child(const GuardPlan& plan, pid_t guard, int outcome) {
  ::syscall(SYS_setpgid, 0, 0);
  ::syscall(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL, 0L, 0L, 0L);
  if (static_cast<pid_t>(::syscall(SYS_getppid)) != guard) bare::exit(127);  // died before the line above
  for (int signal = 1; signal <= 64; ++signal) bare::default_action(signal);
  bare::unblock_all_signals();
  if (plan.cwd && ::syscall(SYS_chdir, plan.cwd) != 0) give_up(GuardReport::Stage::cwd, errno, outcome);
  give_up(GuardReport::Stage::exec, try_programs(plan), outcome);
}

}  // namespace gatehouse::net
