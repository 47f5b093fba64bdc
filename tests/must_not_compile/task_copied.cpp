// error: deleted
// A task has one awaiter, so it cannot be copied.
#include <gatehouse/base/task.hpp>

#include <utility>

gatehouse::Task<int> answer();

gatehouse::Task<int> use() {
  auto first = answer();
#ifdef GATEHOUSE_MISUSE
  auto second = first;
#else
  auto second = std::move(first);
#endif
  co_return co_await std::move(second);
}
