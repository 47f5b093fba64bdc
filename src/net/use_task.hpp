#pragma once
#include <coroutine>
#include <tuple>
#include <utility>
#include <variant>

#include <boost/asio/async_result.hpp>
#include <boost/system/error_code.hpp>

#include "src/net/loop_impl.hpp"

namespace gatehouse::net {

/// What an Asio operation came to: `error` is set, or `value` is meaningful.
template <class T = std::monostate>
struct Outcome {
  boost::system::error_code error;
  T value{};
  [[nodiscard]] explicit operator bool() const { return !error; }
};

/// Completion token: `auto [error, n] = co_await stream.async_read_some(space, use_task);` inside a Task.
/// The operation starts when awaited; nothing is allocated besides Asio's own, recycled, operation object.
struct UseTask {};
inline constexpr UseTask use_task{};

namespace detail {

template <class T, class Initiation, class... Args>
class [[nodiscard]] Operation {
 public:
  explicit Operation(Initiation initiation, Args... args)
      : initiation_(std::move(initiation)), args_(std::move(args)...) {}

  [[nodiscard]] bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> waiter) {
    waiter_ = waiter;
    std::apply([this](Args&... args) { std::move(initiation_)(Handler{this}, std::move(args)...); }, args_);
  }
  Outcome<T> await_resume() { return std::move(outcome_); }

 private:
  struct Handler {
    Operation* operation;
    template <class... Value>
    void operator()(boost::system::error_code error, Value... value) {
      operation->outcome_ = {error, T{std::move(value)...}};
      const Turn turn;
      operation->waiter_.resume();
    }
  };

  Initiation initiation_;
  std::tuple<Args...> args_;
  std::coroutine_handle<> waiter_;
  Outcome<T> outcome_;
};

}  // namespace detail
}  // namespace gatehouse::net

namespace boost::asio {

template <class... Value>
class async_result<gatehouse::net::UseTask, void(boost::system::error_code, Value...)> {
  static_assert(sizeof...(Value) <= 1, "operations with one result at most");

 public:
  template <class Initiation, class... Args>
  static auto initiate(Initiation&& initiation, gatehouse::net::UseTask, Args&&... args) {
    using T = std::tuple_element_t<0, std::tuple<std::decay_t<Value>..., std::monostate>>;
    return gatehouse::net::detail::Operation<T, std::decay_t<Initiation>, std::decay_t<Args>...>(
        std::forward<Initiation>(initiation), std::forward<Args>(args)...);
  }
};

}  // namespace boost::asio
