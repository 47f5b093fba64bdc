#include "gateway/ratelimit/reminder.hpp"

namespace gatehouse::ratelimit {

std::optional<std::uint64_t> Reminder::happened(const Key& key, TimePoint now) {
  Seen* seen = seen_.find(key);
  if (!seen) {
    if (seen_.full()) seen_.drop_oldest();
    seen = &seen_.insert(key, {});
  }
  ++seen->count;
  const bool fresh = seen->told == TimePoint::min();
  if ((!fresh && now - seen->told < kInterval) || lines_.wait(lines_full_at_, now) > Nanoseconds{0})
    return std::nullopt;
  lines_full_at_ = lines_.taken(lines_full_at_, now);
  seen->told = now;
  return std::exchange(seen->count, 0);
}

}  // namespace gatehouse::ratelimit
