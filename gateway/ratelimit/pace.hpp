#pragma once
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include <gatehouse/base/time.hpp>

namespace gatehouse::ratelimit {

using Nanoseconds = std::chrono::nanoseconds;

/// So many in a period, as in "100/m".
struct Rate {
  std::uint64_t count = 0;  ///< 0: no rate.
  Milliseconds period{0};
  bool operator==(const Rate&) const = default;
};

/// "100/m", "5/s", "1000/h", "20000/d". The message of an error says what is accepted.
[[nodiscard]] std::expected<Rate, std::string> parse_rate(std::string_view text);
[[nodiscard]] std::string to_string(const Rate& rate);

/// One caller's bucket: the generic cell rate algorithm. It holds `burst` tokens at most and gets a new one each `interval`; the whole
/// state is one point in time, the one at which it will be full again.
class Pace {
 public:
  Pace() = default;
  /// `burst` 0: as many as the rate counts. An interval that is no whole number of nanoseconds is rounded up: never more than the rate.
  Pace(const Rate& rate, std::uint64_t burst);

  /// How long until there is a token; zero or less: there is one.
  [[nodiscard]] Nanoseconds wait(TimePoint full_at, TimePoint now) const {
    return full_at <= now ? Nanoseconds{0} : full_at - now - tolerance_;
  }
  /// The bucket after one was taken. REQUIRES: wait() is not above zero.
  [[nodiscard]] TimePoint taken(TimePoint full_at, TimePoint now) const { return std::max(full_at, now) + interval_; }
  [[nodiscard]] TimePoint given_back(TimePoint full_at) const { return full_at - interval_; }
  /// A bucket with exactly one token.
  [[nodiscard]] TimePoint almost_empty(TimePoint now) const { return now + tolerance_; }

  [[nodiscard]] Nanoseconds interval() const { return interval_; }
  /// From empty to full.
  [[nodiscard]] Nanoseconds refill() const { return tolerance_ + interval_; }

 private:
  Nanoseconds interval_{1}, tolerance_{0};  // tolerance: of a full bucket but one token
};

}  // namespace gatehouse::ratelimit
