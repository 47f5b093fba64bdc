#include "gateway/cli/interruptible.hpp"

#include <signal.h>
#include <unistd.h>

#include "gateway/cli/exit_code.hpp"

namespace gatehouse::cli {
namespace {

Task<void> keep_result(Task<int> work, int& result) { result = co_await std::move(work); }

}  // namespace

int run_interruptible(Work work) {
  net::Loop loop;
  Cancel cancel;
  int signalled = 0, result = exit_code::kFailed;
  loop.on_signal({SIGINT, SIGTERM}, [&](int number) {
    if (signalled != 0) ::_exit(exit_code::kSignalled + number);  // guard processes end the children
    signalled = number;
    cancel.request(CancelReason::client_asked);
  });
  net::run(loop, keep_result(work(loop, cancel), result));
  return signalled != 0 ? exit_code::kSignalled + signalled : result;
}

}  // namespace gatehouse::cli
