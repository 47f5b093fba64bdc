#pragma once
#include <cstddef>
#include <memory>
#include <utility>

#include <gatehouse/transport/stdio.hpp>

namespace gatehouse::test {

/// The operation (send or receive, counted from 1) that fails with connection_lost; from then on all fail.
struct FailAt {
  std::size_t operation;
};

/// A channel that breaks.
class FailingChannel final : public transport::Channel {
 public:
  FailingChannel(std::unique_ptr<transport::Channel> inner, FailAt fail_at)
      : inner_(std::move(inner)), left_(fail_at.operation) {}

  Task<Result<void>> send(const json::Pieces& message) override {
    if (breaks()) co_return co_await lost<void>();
    co_return co_await inner_->send(message);
  }
  Task<Result<Buffer>> receive() override {
    if (breaks()) co_return co_await lost<Buffer>();
    co_return co_await inner_->receive();
  }
  Task<void> close() override { return inner_->close(); }
  bool is_unheard() const override { return inner_->is_unheard(); }
  [[nodiscard]] bool broke() const { return left_ == 0; }

 private:
  bool breaks() { return left_ == 0 || --left_ == 0; }
  /// The other side sees the end, and a receive that waits does too.
  template <class T>
  Task<Result<T>> lost() {
    co_await inner_->close();
    co_return fail(Kind::connection_lost, Origin::client, "broken on purpose");
  }

  std::unique_ptr<transport::Channel> inner_;
  std::size_t left_;
};

}  // namespace gatehouse::test
