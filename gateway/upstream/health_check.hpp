#pragma once
#include <functional>

#include <gatehouse/base/cancel.hpp>
#include <gatehouse/base/signal.hpp>
#include <gatehouse/base/task.hpp>
#include <gatehouse/net/timers.hpp>

#include "gateway/upstream/guard.hpp"

namespace gatehouse::upstream {

/// Asks a server whether it lives, when its guard says that it is time. One question at a time.
class HealthCheck {
 public:
  struct Parts {
    net::Timers& timers;
    Guard& guard;
    std::function<bool()> connected;  ///< Without a connection there is nobody to ask.
    /// Any answer will do. Errors: as client::Link::request.
    std::function<Task<Result<void>>(Cancel& cancel)> ask;
    std::function<void()> asking;                            ///< The guard was told that a check begins.
    std::function<void(const Result<void>& answer)> judged;  ///< The guard was told how it went.
  };
  explicit HealthCheck(Parts parts) : parts_(std::move(parts)) {}

  /// Until `cancel` is requested.
  Task<void> run(Cancel& cancel);
  /// Something happened that may change when a check is due.
  void look() { wake_.notify(); }

 private:
  Task<void> check(Cancel& cancel);

  Parts parts_;
  Signal wake_;
};

}  // namespace gatehouse::upstream
