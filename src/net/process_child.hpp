#pragma once
#include "src/net/process_guard.hpp"

namespace gatehouse::net {

/// The child between its fork and its exec, under the rules of process_guard.hpp. Writes a `failed` report to `outcome`, which
/// must be close-on-exec, when it does not get to run the program. `guard`: whose death it shall not survive.
[[noreturn]] void run_child(const GuardPlan& plan, pid_t guard, int outcome);

}  // namespace gatehouse::net
