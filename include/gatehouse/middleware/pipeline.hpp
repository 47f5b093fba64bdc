#pragma once
#include <cstddef>
#include <exception>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include <gatehouse/base/task.hpp>

/// The onion: stages around a call, each seeing it on the way in and its reply on the way out.
namespace gatehouse::middleware {

/// What a pipeline holds: a Stage whose type is forgotten.
template <class Call, class Reply>
class Layer;

/// The rest of the pipeline, seen from one stage: two words, free to copy. Calling it runs everything further in.
/// Valid while the pipeline lives. Calling it twice runs the inner stages twice; never calling it refuses the call.
template <class Call, class Reply>
class Next {
 public:
  /// `call` has to live until the task ended. The innermost stage has no next: calling it there ends the process.
  Task<Reply> operator()(Call& call) const {
    if (first_ == end_) std::terminate();
    return (*first_)->handle(call, Next(first_ + 1, end_));
  }

 private:
  template <class, class>
  friend class Pipeline;
  using Slot = std::unique_ptr<Layer<Call, Reply>>;
  Next(const Slot* first, const Slot* end) : first_(first), end_(end) {}
  const Slot* first_;
  const Slot* end_;
};

template <class Call, class Reply>
class Layer {
 public:
  virtual ~Layer() = default;
  virtual Task<Reply> handle(Call& call, Next<Call, Reply> next) = 0;
};

/// An ordered list of stages. A stage is any class with
///
///     static constexpr std::string_view kName = "throttle";
///     Task<Reply> handle(Call& call, Next<Call, Reply> next);
///
/// It refuses or answers by returning a Reply, or asks the inner stages with `co_await next(call)`. Stages are built once and
/// see all calls, also several at a time: what belongs to one call lives in the Call or in the coroutine. A stage costs its
/// coroutine frame and one virtual call. A pipeline in use never changes: build another one and swap.
template <class Call, class Reply>
class Pipeline {
 public:
  /// Appends a stage, further in than those before it, constructed from `args`.
  template <class Stage, class... Args>
  Stage& add(Args&&... args) {
    auto held = std::make_unique<Held<Stage>>(std::forward<Args>(args)...);
    Stage& stage = held->stage;
    stages_.push_back(std::move(held));
    names_.push_back(Stage::kName);
    return stage;
  }

  /// Runs `call` through all stages. REQUIRES: at least one stage; `call` lives until the task ended.
  Task<Reply> operator()(Call& call) const {
    return Next<Call, Reply>(stages_.data(), stages_.data() + stages_.size())(call);
  }

  /// `kName` of the stages, outermost first.
  [[nodiscard]] const std::vector<std::string_view>& names() const { return names_; }

 private:
  template <class Stage>
  struct Held final : Layer<Call, Reply> {
    template <class... Args>
    explicit Held(Args&&... args) : stage(std::forward<Args>(args)...) {}
    Task<Reply> handle(Call& call, Next<Call, Reply> next) override { return stage.handle(call, next); }
    Stage stage;
  };

  std::vector<std::unique_ptr<Layer<Call, Reply>>> stages_;
  std::vector<std::string_view> names_;
};

}  // namespace gatehouse::middleware
