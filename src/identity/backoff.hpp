#pragma once
#include <algorithm>

#include <gatehouse/base/time.hpp>

namespace gatehouse::identity {

/// How long somebody who did not answer is left alone: twice as long after each failure.
class Backoff {
 public:
  Backoff(Milliseconds least, Milliseconds most) : least_(least), most_(most) {}

  [[nodiscard]] bool may_try(TimePoint now) const { return now >= until_; }
  [[nodiscard]] Milliseconds left(TimePoint now) const {
    return std::chrono::ceil<Milliseconds>(std::max(until_ - now, TimePoint::duration::zero()));
  }
  [[nodiscard]] bool failing() const { return next_ > Milliseconds{0}; }
  void failed(TimePoint now) {
    next_ = std::clamp(next_ * 2, least_, most_);
    until_ = now + next_;
  }
  void succeeded() {
    next_ = Milliseconds{0};
    until_ = {};
  }

 private:
  Milliseconds least_, most_;
  Milliseconds next_{0};
  TimePoint until_{};
};

}  // namespace gatehouse::identity
