#pragma once
#include <optional>
#include <stdexcept>
#include <utility>

#include <gatehouse/base/task.hpp>
#include <gatehouse/base/task_group.hpp>

namespace gatehouse::test {

/// The value of a task that waits for nothing but what is there already. Throws if it is still waiting for something.
template <class T>
T finish(Task<T> task) {
  std::optional<T> value;
  TaskGroup group;
  group.spawn(
      [](Task<T> one, std::optional<T>& out) -> Task<void> { out.emplace(co_await one); }(std::move(task), value));
  if (!value) throw std::logic_error("the task is still waiting");
  return std::move(*value);
}

inline void finish(Task<void> task) {
  TaskGroup group;
  group.spawn(std::move(task));
  if (group.running() > 0) throw std::logic_error("the task is still waiting");
}

}  // namespace gatehouse::test
