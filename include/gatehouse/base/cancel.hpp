#pragma once
#include <utility>

namespace gatehouse {

/// Why a call should stop.
enum class CancelReason {
  none,
  client_gone,   ///< The client closed the stream that the answer would travel on (2026-07-28: this is a cancellation).
  client_asked,  ///< `notifications/cancelled`.
  session_ended,  ///< The client's session was deleted or expired.
  timed_out,      ///< The call used up its time.
  shutting_down,  ///< The process stops.
  superseded,     ///< Somebody else finished the work.
  not_welcome,    ///< Its credential ended or was withdrawn.
};

/// One call's wish to stop. Whoever blocks on the outside world hooks in a way to unblock. Single-threaded.
class Cancel {
 public:
  /// An action to take on cancellation; it unregisters itself when destroyed. The action runs at most once.
  class HookBase {
   public:
    HookBase(const HookBase&) = delete;
    HookBase& operator=(const HookBase&) = delete;

   protected:
    HookBase(Cancel& owner, void (*fire)(HookBase&)) : owner_(&owner), fire_(fire), next_(owner.head_) {
      if (next_) next_->prev_ = this;
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdangling-pointer"  // GCC 12 does not see that the destructor unlinks
#endif
      owner.head_ = this;
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif
    }
    ~HookBase() { unlink(); }

   private:
    friend Cancel;
    void unlink() {
      if (!owner_) return;
      if (next_) next_->prev_ = prev_;
      (prev_ ? prev_->next_ : owner_->head_) = next_;
      owner_ = nullptr;
    }
    Cancel* owner_;
    void (*fire_)(HookBase&);
    HookBase* next_;
    HookBase* prev_ = nullptr;
  };

  template <class F>
  class [[nodiscard]] Hook final : HookBase {
   public:
    /// Runs `action` at once if cancellation was requested before.
    Hook(Cancel& owner, F action)
        : HookBase(owner, [](HookBase& self) { static_cast<Hook&>(self).action_(); }), action_(std::move(action)) {
      if (owner.requested()) action_();
    }

   private:
    F action_;
  };

  Cancel() = default;
  Cancel(const Cancel&) = delete;
  Cancel& operator=(const Cancel&) = delete;
  ~Cancel() {
    while (head_) head_->unlink();
  }

  /// The first reason wins; later requests do nothing. An action may destroy this object: those that did not run yet never do.
  void request(CancelReason reason) {
    if (reason_ != CancelReason::none) return;
    reason_ = reason;
    // Stands in front of the hooks that are left, and is unlinked like them if one of them destroys this object. Hooks made
    // meanwhile come before it: they ran already.
    HookBase place(*this, nullptr);
    while (place.owner_ && place.next_) {
      HookBase& hook = *place.next_;
      hook.unlink();
      hook.fire_(hook);
    }
  }
  [[nodiscard]] bool requested() const { return reason_ != CancelReason::none; }
  [[nodiscard]] CancelReason reason() const { return reason_; }

 private:
  HookBase* head_ = nullptr;
  CancelReason reason_ = CancelReason::none;
};

}  // namespace gatehouse
