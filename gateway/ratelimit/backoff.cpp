#include "gateway/ratelimit/backoff.hpp"

#include <algorithm>

namespace gatehouse::ratelimit {

Nanoseconds Backoff::wait(const Key& key, TimePoint now) const {
  const Entry* entry = entries_.peek(key);
  return entry ? entry->until - now : Nanoseconds{0};
}

void Backoff::failed(const Key& key, TimePoint now) {
  Entry* entry = entries_.find(key);
  if (entry && entry->forget <= now) *entry = {};
  if (!entry) {
    for (int i = 0; i < 2 && entries_.oldest() && entries_.oldest()->forget <= now; ++i) entries_.drop_oldest();
    if (entries_.full()) entries_.drop_oldest();
    entry = &entries_.insert(key, {});
  }
  ++entry->failures;
  Milliseconds pause{0};
  if (entry->failures > options_.free) {
    const auto doublings = std::min<std::uint64_t>(entry->failures - options_.free - 1, 30);
    pause = std::min(options_.longest, options_.first * (std::int64_t{1} << doublings));
  }
  entry->until = now + pause;
  entry->forget = entry->until + options_.longest;
}

void Backoff::set_options(const Options& options) {
  options_ = options;
  entries_.set_max(options.max_keys);
}

}  // namespace gatehouse::ratelimit
