#include "gateway/config/quantity.hpp"

#include <array>
#include <charconv>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>

namespace gatehouse::config {
namespace {

struct Unit {
  std::string_view name;
  std::uint64_t factor;
};
constexpr std::array kDurations = {Unit{"d", 86'400'000}, Unit{"h", 3'600'000}, Unit{"m", 60'000}, Unit{"s", 1000},
                                   Unit{"ms", 1}};
constexpr std::array kSizes = {Unit{"GiB", 1u << 30},     Unit{"MiB", 1u << 20}, Unit{"KiB", 1u << 10},
                               Unit{"GB", 1'000'000'000}, Unit{"MB", 1'000'000}, Unit{"KB", 1000},
                               Unit{"kB", 1000},          Unit{"B", 1}};
constexpr std::uint64_t kMost = std::numeric_limits<std::int64_t>::max();

struct Parts {
  std::uint64_t number = 0;
  std::string_view unit;
};

std::optional<Parts> split(std::string_view text) {
  Parts parts;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), parts.number);
  if (error != std::errc{}) return std::nullopt;
  parts.unit = text.substr(static_cast<std::size_t>(end - text.data()));
  if (parts.unit.starts_with(' ')) parts.unit.remove_prefix(1);
  return parts;
}

std::optional<std::uint64_t> scale(const Parts& parts, std::span<const Unit> units) {
  for (const Unit& unit : units)
    if (unit.name == parts.unit && parts.number <= kMost / unit.factor) return parts.number * unit.factor;
  return std::nullopt;
}

}  // namespace

std::expected<Milliseconds, std::string> parse_duration(std::string_view text) {
  const auto parts = split(text);
  if (parts && parts->unit.empty() && parts->number == 0) return Milliseconds{0};
  if (parts && parts->unit.empty()) {
    const auto number = std::to_string(parts->number);
    return std::unexpected("needs a unit: " + number + "ms or " + number + "s");
  }
  const auto value = parts ? scale(*parts, kDurations) : std::nullopt;
  if (!value)
    return std::unexpected(
        std::string("is not a duration; write a whole number with ms, s, m, h or d, like 30s or 250ms"));
  return Milliseconds{static_cast<std::int64_t>(*value)};
}

std::expected<std::size_t, std::string> parse_size(std::string_view text) {
  const auto parts = split(text);
  if (parts && parts->unit.empty() && parts->number <= kMost) return parts->number;
  const auto value = parts ? scale(*parts, kSizes) : std::nullopt;
  if (!value)
    return std::unexpected(
        std::string("is not a size; write bytes or a whole number with KiB, MiB, GiB, KB, MB or GB, like 4MiB"));
  return *value;
}

std::expected<std::size_t, std::string> parse_count(std::string_view text) {
  const auto parts = split(text);
  if (!parts || !parts->unit.empty() || parts->number > kMost)
    return std::unexpected(std::string("is not a whole number"));
  return parts->number;
}

std::string format_duration(Milliseconds duration) {
  const auto value = static_cast<std::uint64_t>(duration.count());
  if (value == 0) return "0";
  for (const Unit& unit : kDurations)
    if (value % unit.factor == 0) return std::to_string(value / unit.factor) + std::string(unit.name);
  return std::to_string(value) + "ms";
}

std::string format_size(std::size_t bytes) {
  for (const Unit& unit : std::span(kSizes).first(3))
    if (bytes != 0 && bytes % unit.factor == 0) return std::to_string(bytes / unit.factor) + std::string(unit.name);
  return std::to_string(bytes);
}

}  // namespace gatehouse::config
