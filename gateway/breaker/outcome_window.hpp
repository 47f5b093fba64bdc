#pragma once
#include <array>
#include <cstddef>
#include <cstdint>

#include <gatehouse/base/time.hpp>

namespace gatehouse::breaker {

/// How calls ended lately: a ring of equally long buckets that start at multiples of their length; the oldest one is forgotten when
/// time moves on. Times that are older than the newest bucket count as of now, so callers may pass the time when a call began. Pure.
class OutcomeWindow {
 public:
  static constexpr std::size_t kBuckets = 10;
  struct Totals {
    std::uint64_t ok = 0, failed = 0;
    [[nodiscard]] std::uint64_t calls() const { return ok + failed; }
    bool operator==(const Totals&) const = default;
  };

  /// REQUIRES: `length` is at least kBuckets milliseconds.
  explicit OutcomeWindow(Milliseconds length) : width_(length / kBuckets) {}

  void ok(TimePoint when) {
    if (when >= end_) [[unlikely]]
      advance(when);
    ++buckets_[newest_].ok;
  }
  void failed(TimePoint when) {
    if (when >= end_) [[unlikely]]
      advance(when);
    ++buckets_[newest_].failed;
  }
  /// Of the newest `kBuckets` buckets, the one of `now` included.
  [[nodiscard]] Totals totals(TimePoint now);
  void clear() { buckets_.fill({}); }

 private:
  void advance(TimePoint now);

  Clock::duration width_;
  TimePoint end_{};  // of the newest bucket
  std::size_t newest_ = 0;
  std::array<Totals, kBuckets> buckets_{};
};

}  // namespace gatehouse::breaker
