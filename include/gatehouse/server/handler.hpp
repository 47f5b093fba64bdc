#pragma once
#include <concepts>
#include <functional>
#include <type_traits>
#include <utility>

#include <gatehouse/base/error.hpp>
#include <gatehouse/base/task.hpp>

namespace gatehouse::server {

class Context;

namespace detail {

template <class T>
struct Unwrapped {
  using type = T;
  static constexpr bool is_task = false;
};
template <class T>
struct Unwrapped<Task<T>> {
  using type = T;
  static constexpr bool is_task = true;
};
template <class T>
inline constexpr bool is_result = false;
template <class T>
inline constexpr bool is_result<Result<T>> = true;

template <class Value, class Returned>
concept Gives =
    std::convertible_to<Returned, Value> || (is_result<Returned> && std::convertible_to<Returned, Result<Value>>);

template <class F, class Value, class... Args>
concept HandlerFunction = std::invocable<F&, Context&, Args...> &&
                          Gives<Value, typename Unwrapped<std::invoke_result_t<F&, Context&, Args...>>::type>;

}  // namespace detail

/// A function of the server's author that answers one kind of request: `f(Context&, args...)`, a coroutine or not, which
/// returns a Value, a Result<Value>, a Task<Value> or a Task<Result<Value>>. (In a Result, Value has to be spelled out.)
///
/// The Context and the arguments live until the handler ended. The function itself does too, even if the tool or resource is
/// removed meanwhile: a lambda may be a coroutine and use its captures. It runs for several calls at a time.
/// An Error becomes a JSON-RPC error with the Error's message. An exception is a bug: it is logged and the client hears
/// "Internal error".
template <class Value, class... Args>
class Handler {
 public:
  template <class F>
    requires(!std::same_as<std::remove_cvref_t<F>, Handler> && detail::HandlerFunction<F, Value, Args...>)
  Handler(F function) : run_(Adapter<F>{std::move(function)}) {}  // NOLINT: implicit on purpose, callers pass lambdas

  /// REQUIRES: this object, `context` and `args` live until the task ended.
  Task<Result<Value>> operator()(Context& context, Args... args) { return run_(context, args...); }

 private:
  template <class F>
  struct Adapter {
    F function;
    Task<Result<Value>> operator()(Context& context, Args... args) {
      using Returned = std::invoke_result_t<F&, Context&, Args...>;
      if constexpr (detail::Unwrapped<Returned>::is_task) {
        co_return Result<Value>(co_await function(context, args...));
      } else {
        co_return Result<Value>(function(context, args...));
      }
    }
  };
  std::move_only_function<Task<Result<Value>>(Context&, Args...)> run_;
};

}  // namespace gatehouse::server
