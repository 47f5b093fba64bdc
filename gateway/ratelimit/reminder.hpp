#pragma once
#include <cstdint>
#include <optional>

#include "gateway/ratelimit/bounded_map.hpp"
#include "gateway/ratelimit/pace.hpp"

namespace gatehouse::ratelimit {

/// Decides what is worth a line in the log: the first time for a key, then one a minute that says how often; and no more than a few
/// lines a second in total, whatever is tried.
class Reminder {
 public:
  static constexpr Milliseconds kInterval{60'000};

  /// How often it happened since the last line about this key, if there shall be one now.
  std::optional<std::uint64_t> happened(const Key& key, TimePoint now);

 private:
  struct Seen {
    TimePoint told = TimePoint::min();
    std::uint64_t count = 0;
  };
  BoundedMap<Seen> seen_{10'000};
  Pace lines_{Rate{5, Milliseconds{1'000}}, 20};
  TimePoint lines_full_at_ = TimePoint::min();
};

}  // namespace gatehouse::ratelimit
