#pragma once
#include <coroutine>
#include <utility>

#include <gatehouse/base/task.hpp>

namespace gatehouse {

/// Lets one coroutine through at a time, in the order of their coming: writers that share a pipe, for example.
/// Not for use across threads. A coroutine that waits here must not be destroyed.
class Turnstile {
 public:
  /// The right to be inside; its end lets the next one in.
  class [[nodiscard]] Pass {
   public:
    explicit Pass(Turnstile& owner) : owner_(&owner) {}
    Pass(Pass&& other) noexcept : owner_(std::exchange(other.owner_, nullptr)) {}
    Pass& operator=(Pass&&) = delete;
    ~Pass() {
      if (owner_) owner_->leave();
    }

   private:
    Turnstile* owner_;
  };

  Turnstile() = default;
  Turnstile(const Turnstile&) = delete;
  Turnstile& operator=(const Turnstile&) = delete;

  /// `const auto pass = co_await turnstile.enter();`
  [[nodiscard]] auto enter() { return Entry{*this}; }
  [[nodiscard]] bool occupied() const { return occupied_; }

 private:
  struct Entry {
    Turnstile& owner;
    std::coroutine_handle<> waiter{};
    Entry* next = nullptr;

    bool await_ready() const noexcept { return !std::exchange(owner.occupied_, true); }
    void await_suspend(std::coroutine_handle<> handle) noexcept {
      waiter = handle;
      *owner.last_ = this;
      owner.last_ = &next;
    }
    Pass await_resume() const noexcept { return Pass{owner}; }
  };

  void leave() {
    Entry* const entry = first_;
    if (!entry) {
      occupied_ = false;
      return;
    }
    first_ = entry->next;
    if (!first_) last_ = &first_;
    resume_later(entry->waiter);  // stays occupied, now by that one: nobody can slip in between
  }

  Entry* first_ = nullptr;
  Entry** last_ = &first_;
  bool occupied_ = false;
};

}  // namespace gatehouse
