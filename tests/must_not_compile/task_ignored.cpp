// error: nodiscard
// A task that nobody awaits would never run.
#include <gatehouse/base/task.hpp>

gatehouse::Task<int> answer();

gatehouse::Task<int> use() {
#ifdef GATEHOUSE_MISUSE
  answer();
#endif
  co_return co_await answer();
}
