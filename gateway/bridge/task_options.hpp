#pragma once
#include <cstddef>

#include <gatehouse/base/time.hpp>

namespace gatehouse::bridge {

/// For whose tools clients of 2025-11-25 may ask for tasks.
enum class Facade {
  capable,  ///< Those of servers that know tasks.
  all,      ///< All: Gatehouse keeps the task while the server works on a plain call.
};

/// Bounds of the tasks that Gatehouse keeps for clients of 2025-11-25. Defaults: gateway rules, section 13.
struct TaskOptions {
  Milliseconds ttl{3'600'000};        ///< Of a task whose client asks for none; also what legacy servers are asked for.
  Milliseconds max_ttl{86'400'000};   ///< What a client can ask for.
  Milliseconds poll_interval{1'000};  ///< Where the server suggests none: between questions about its task.
  std::size_t max_per_user = 256;     ///< Tasks that are running, or whose result was not fetched yet.
  std::size_t max_total = 4096;
  std::size_t max_result_bytes = 256u << 20;  ///< All kept results together.
  Facade facade = Facade::capable;

  bool operator==(const TaskOptions&) const = default;
};

}  // namespace gatehouse::bridge
