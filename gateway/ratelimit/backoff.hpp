#pragma once
#include <cstddef>
#include <cstdint>

#include "gateway/ratelimit/bounded_map.hpp"
#include "gateway/ratelimit/pace.hpp"

namespace gatehouse::ratelimit {

/// Makes those wait who fail again and again: each failure beyond the first few doubles the wait. Nobody is locked out, and who got it
/// right is let alone at once.
class Backoff {
 public:
  struct Options {
    std::size_t free = 5;       ///< Failures that cost nothing.
    Milliseconds first{1'000};  ///< The wait after one more.
    Milliseconds longest{
        300'000};  ///< It does not grow beyond this; after as long again without a failure, all is forgotten.
    std::size_t max_keys = 100'000;
    bool operator==(const Options&) const = default;
  };
  explicit Backoff(Options options) : options_(options), entries_(options.max_keys) {}

  /// How long until the next try; zero or less: now.
  [[nodiscard]] Nanoseconds wait(const Key& key, TimePoint now) const;
  void failed(const Key& key, TimePoint now);
  void succeeded(const Key& key) { entries_.erase(key); }
  void set_options(const Options& options);
  [[nodiscard]] const Options& options() const { return options_; }
  [[nodiscard]] std::size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    std::uint64_t failures = 0;
    TimePoint until, forget;
  };
  Options options_;
  BoundedMap<Entry> entries_;
};

}  // namespace gatehouse::ratelimit
