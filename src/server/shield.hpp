#pragma once
#include <exception>
#include <string_view>

#include <gatehouse/base/error.hpp>
#include <gatehouse/base/log.hpp>
#include <gatehouse/base/task.hpp>

namespace gatehouse::server {

/// Awaits a handler. What it throws is logged with `name` and becomes Kind::internal without its text.
template <class Value>
Task<Result<Value>> shield(Task<Result<Value>> task, std::string_view name) {
  const auto bug = [name](std::string_view what) {
    log::error("handler threw an exception", {{"handler", name}, {"what", what}});
    return fail(Kind::internal, Origin::gateway, "Internal error.");
  };
  try {
    co_return co_await task;
  } catch (const std::exception& exception) {
    co_return bug(exception.what());
  } catch (...) {
    co_return bug("not a std::exception");
  }
}

}  // namespace gatehouse::server
