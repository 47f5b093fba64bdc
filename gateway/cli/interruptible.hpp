#pragma once
#include <functional>

#include <gatehouse/base/cancel.hpp>
#include <gatehouse/net/loop.hpp>

namespace gatehouse::cli {

using Work = std::move_only_function<Task<int>(net::Loop& loop, Cancel& cancel)>;

/// Runs `work` on a loop of its own until it ends and returns its exit code. The first SIGINT or SIGTERM requests cancellation;
/// then 128 plus its number is returned, whatever `work` says. The second one ends the process at once.
[[nodiscard]] int run_interruptible(Work work);

}  // namespace gatehouse::cli
