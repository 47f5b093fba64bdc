#include "gateway/ratelimit/store.hpp"

namespace gatehouse::ratelimit {

TimePoint& LocalBuckets::begin(const Key& key, TimePoint now) {
  // Two for one: the table shrinks while keys come and go.
  for (int i = 0; i < 2 && full_at_.oldest() && *full_at_.oldest() <= now; ++i) full_at_.drop_oldest();
  if (full_at_.full()) {
    overflow_until_ = std::max(overflow_until_, *full_at_.oldest());
    full_at_.drop_oldest();
  }
  return full_at_.insert(key, now < overflow_until_ ? pace_.almost_empty(now) : now);
}

Taken LocalBuckets::take(const Key& key, TimePoint now) {
  TimePoint* known = full_at_.find(key);
  TimePoint& full_at = known ? *known : begin(key, now);
  const Nanoseconds wait = pace_.wait(full_at, now);
  if (wait > Nanoseconds{0}) return {Verdict::refused, wait};
  full_at = pace_.taken(full_at, now);
  return {};
}

Nanoseconds LocalBuckets::wait(const Key& key, TimePoint now) const {
  const TimePoint* known = full_at_.peek(key);
  return known ? pace_.wait(*known, now) : Nanoseconds{0};
}

void LocalBuckets::give_back(const Key& key) {
  if (TimePoint* full_at = full_at_.find(key)) *full_at = pace_.given_back(*full_at);
}

std::shared_ptr<Buckets> LocalStore::open(const Limit& limit) {
  return std::make_shared<LocalBuckets>(Pace(limit.rate, limit.burst), limit.max_keys);
}

}  // namespace gatehouse::ratelimit
