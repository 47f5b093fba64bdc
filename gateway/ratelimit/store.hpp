#pragma once
#include <cstddef>
#include <memory>

#include <gatehouse/base/task.hpp>

#include "gateway/ratelimit/bounded_map.hpp"
#include "gateway/ratelimit/key.hpp"
#include "gateway/ratelimit/limit.hpp"
#include "gateway/ratelimit/pace.hpp"

namespace gatehouse::ratelimit {

enum class Verdict : std::uint8_t {
  admitted,
  refused,
  unknown,  ///< Another instance has to be asked first; then take again. Buckets in memory never say so.
};

struct Taken {
  Verdict verdict = Verdict::admitted;
  Nanoseconds wait{0};  ///< Of a refusal: when there will be a token.
};

/// The buckets of one limit. `take` answers at once: buckets that several instances share keep tokens ahead, and say `unknown` when those
/// are used up.
class Buckets {
 public:
  virtual ~Buckets() = default;
  virtual Taken take(const Key& key, TimePoint now) = 0;
  /// After `unknown`: asks whoever has to be asked, so that the next `take` knows. However that goes, it ends with an opinion: a store that
  /// cannot be reached is replaced by what this instance knows.
  virtual Task<void> learn(Key key) {
    (void)key;
    co_return;
  }
  /// Undoes a `take` that admitted: something else refused the call.
  virtual void give_back(const Key& key) = 0;
  [[nodiscard]] virtual std::size_t size() const = 0;  ///< Keys that are known.
  virtual void set_max_keys(std::size_t max) = 0;
};

/// Makes buckets: in the memory of this process, or shared.
class Store {
 public:
  virtual ~Store() = default;
  [[nodiscard]] virtual std::shared_ptr<Buckets> open(const Limit& limit) = 0;
};

/// Buckets of this process. A key whose bucket is full again is forgotten without loss; when that does not make room, the one goes that
/// was not used for the longest time. From then on, and until the forgotten bucket would be full, unknown keys begin with one token and
/// the rate instead of the burst: a flood of made-up keys grants nobody a second burst.
class LocalBuckets final : public Buckets {
 public:
  LocalBuckets(Pace pace, std::size_t max_keys) : pace_(pace), full_at_(max_keys) {}
  Taken take(const Key& key, TimePoint now) override;
  void give_back(const Key& key) override;
  /// How long until there is a token; takes nothing.
  [[nodiscard]] Nanoseconds wait(const Key& key, TimePoint now) const;
  [[nodiscard]] std::size_t size() const override { return full_at_.size(); }
  void set_max_keys(std::size_t max) override { full_at_.set_max(max); }

 private:
  TimePoint& begin(const Key& key, TimePoint now);
  Pace pace_;
  BoundedMap<TimePoint> full_at_;
  TimePoint overflow_until_ = TimePoint::min();
};

class LocalStore final : public Store {
 public:
  [[nodiscard]] std::shared_ptr<Buckets> open(const Limit& limit) override;
};

}  // namespace gatehouse::ratelimit
