#include "histogram.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace loadgen {
namespace {

constexpr int kMantissaBits = 8;

std::size_t bucket_of(std::uint64_t value) {
  const int shift = std::max(0, static_cast<int>(std::bit_width(value)) - kMantissaBits);
  return 128 * static_cast<std::size_t>(shift) + (value >> shift);
}

std::uint64_t upper_edge(std::size_t bucket) {
  if (bucket < 256) return bucket;
  const std::size_t shift = bucket / 128 - 1;
  return ((bucket - 128 * shift + 1) << shift) - 1;
}

}  // namespace

void Histogram::record(std::uint64_t nanoseconds) {
  ++buckets_[std::min(bucket_of(nanoseconds), kBuckets - 1)];
  ++count_;
  max_ = std::max(max_, nanoseconds);
  sum_ += static_cast<double>(nanoseconds);
}

void Histogram::clear() { *this = Histogram{}; }

double Histogram::mean() const { return count_ == 0 ? 0 : sum_ / static_cast<double>(count_); }

std::uint64_t Histogram::percentile(double fraction) const {
  if (count_ == 0) return 0;
  const auto wanted = static_cast<std::uint64_t>(std::ceil(fraction * static_cast<double>(count_)));
  std::uint64_t seen = 0;
  for (std::size_t bucket = 0; bucket < kBuckets; ++bucket) {
    seen += buckets_[bucket];
    if (seen >= std::max<std::uint64_t>(wanted, 1)) return std::min(upper_edge(bucket), max_);
  }
  return max_;
}

}  // namespace loadgen
