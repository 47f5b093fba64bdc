#include "gateway/ratelimit/pace.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace gatehouse::ratelimit {
namespace {

struct Period {
  std::string_view name;
  Milliseconds length;
};
constexpr std::array kPeriods = {Period{"s", Milliseconds{1'000}}, Period{"m", Milliseconds{60'000}},
                                 Period{"h", Milliseconds{3'600'000}}, Period{"d", Milliseconds{86'400'000}}};
constexpr std::uint64_t kMaxCount = 1'000'000'000;
constexpr std::int64_t kLongest =
    10 * 365 * std::int64_t{86'400} * 1'000'000'000;  // sums with a point in time stay in range

}  // namespace

std::expected<Rate, std::string> parse_rate(std::string_view text) {
  const auto wrong = [] {
    return std::unexpected(std::string("is not a rate; write calls per second, minute, hour or day, like 100/m"));
  };
  Rate rate;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), rate.count);
  std::string_view rest = text.substr(static_cast<std::size_t>(end - text.data()));
  if (error != std::errc{} || rate.count == 0 || rate.count > kMaxCount || !rest.starts_with('/')) return wrong();
  rest.remove_prefix(1);
  const auto period = std::ranges::find(kPeriods, rest, &Period::name);
  if (period == kPeriods.end()) return wrong();
  rate.period = period->length;
  return rate;
}

std::string to_string(const Rate& rate) {
  const auto period = std::ranges::find(kPeriods, rate.period, &Period::length);
  return std::to_string(rate.count) + "/" + std::string(period == kPeriods.end() ? "?" : period->name);
}

Pace::Pace(const Rate& rate, std::uint64_t burst) {
  const auto count = std::clamp<std::uint64_t>(rate.count, 1, kMaxCount);
  const auto period = static_cast<std::uint64_t>(Nanoseconds(rate.period).count());
  interval_ = Nanoseconds{static_cast<std::int64_t>((period + count - 1) / count)};
  const auto size = burst == 0 ? count : burst;
  // As one product it could overflow.
  const auto most = static_cast<std::uint64_t>(kLongest / std::max<std::int64_t>(interval_.count(), 1));
  tolerance_ = interval_ * static_cast<std::int64_t>(std::min(size - 1, most));
}

}  // namespace gatehouse::ratelimit
