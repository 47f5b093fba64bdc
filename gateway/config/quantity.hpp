#pragma once
#include <cstddef>
#include <expected>
#include <string>
#include <string_view>

#include <gatehouse/base/time.hpp>

/// Durations, sizes and counts as people write them. Errors are messages without a key.
namespace gatehouse::config {

/// `250ms`, `30s`, `5m`, `1h`, `7d`, `0`. Whole numbers; a number without a unit is refused, because nobody knows which was meant.
[[nodiscard]] std::expected<Milliseconds, std::string> parse_duration(std::string_view text);
/// `65536`, `64KiB`, `4MiB`, `1GiB` (powers of 1024), `64KB`, `1MB`, `1GB` (powers of 1000), `512B`.
[[nodiscard]] std::expected<std::size_t, std::string> parse_size(std::string_view text);
/// A whole number without sign and unit.
[[nodiscard]] std::expected<std::size_t, std::string> parse_count(std::string_view text);

/// The shortest exact spelling: `1h`, `90s`, `4MiB`.
[[nodiscard]] std::string format_duration(Milliseconds duration);
[[nodiscard]] std::string format_size(std::size_t bytes);

}  // namespace gatehouse::config
