// Latencies counted in buckets.
#pragma once

#include <array>
#include <cstdint>

namespace loadgen {

/// Counts durations with a relative error below 0.8 %: 128 equally wide buckets for each doubling, exact below 256 ns.
/// Durations above 2^40 ns (18 minutes) are counted in the last bucket.
class Histogram {
 public:
  void record(std::uint64_t nanoseconds);
  void clear();

  [[nodiscard]] std::uint64_t count() const { return count_; }
  [[nodiscard]] std::uint64_t max() const { return max_; }
  [[nodiscard]] double mean() const;
  /// The smallest recorded bucket that `fraction` (0 to 1) of all durations do not exceed, as its upper edge; 0 when
  /// nothing was recorded.
  [[nodiscard]] std::uint64_t percentile(double fraction) const;

 private:
  static constexpr std::size_t kBuckets = 128UL * 35;
  std::array<std::uint64_t, kBuckets> buckets_{};
  std::uint64_t count_ = 0;
  std::uint64_t max_ = 0;
  double sum_ = 0;
};

}  // namespace loadgen
