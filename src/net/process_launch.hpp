#pragma once
#include <sys/types.h>

#include <gatehouse/base/error.hpp>
#include <gatehouse/net/process.hpp>

#include "src/net/fd.hpp"
#include "src/net/process_guard.hpp"

namespace gatehouse::net {

/// A guard that was just forked, and our ends of the pipes to it and to the child.
struct Launched {
  pid_t guard = -1;
  Fd in, out, err;  ///< The child's streams.
  Fd lifeline, status;
};

/// Forks the guard, which starts the child. Whether that worked is the first GuardReport.
[[nodiscard]] Result<Launched> launch(const ProcessOptions& options);

/// What a `failed` report means.
[[nodiscard]] Error launch_error(const ProcessOptions& options, const GuardReport& failure);

}  // namespace gatehouse::net
