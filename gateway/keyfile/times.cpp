#include "gateway/keyfile/times.hpp"

#include <cstdio>

namespace gatehouse::keyfile {
namespace {

using std::chrono::floor, std::chrono::seconds, std::chrono::days;

/// `size` digits at `at`; -1 if there is something else.
int digits(std::string_view text, std::size_t at, std::size_t size) {
  int value = 0;
  for (const char c : text.substr(at, size)) {
    if (c < '0' || c > '9') return -1;
    value = value * 10 + (c - '0');
  }
  return value;
}

}  // namespace

std::string write_time(mcp::WallTime time) {
  const auto day = floor<days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  char text[40];
  std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02dZ", int(date.year()), unsigned(date.month()),
                unsigned(date.day()), int(clock.hours().count()), int(clock.minutes().count()),
                int(clock.seconds().count()));
  return text;
}

std::optional<mcp::WallTime> read_time(std::string_view text) {
  constexpr std::string_view kForm = "0000-00-00T00:00:00Z";
  if (text.size() != kForm.size() && text.size() != 10) return std::nullopt;
  for (std::size_t i = 0; i < text.size(); ++i)
    if ((kForm[i] == '0') != (text[i] >= '0' && text[i] <= '9') || (kForm[i] != '0' && kForm[i] != text[i]))
      return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(digits(text, 0, 4)),
                                         std::chrono::month(static_cast<unsigned>(digits(text, 5, 2))),
                                         std::chrono::day(static_cast<unsigned>(digits(text, 8, 2)))};
  if (!date.ok()) return std::nullopt;
  const mcp::WallTime midnight = std::chrono::sys_days(date);
  if (text.size() == 10) return midnight;
  const int hour = digits(text, 11, 2), minute = digits(text, 14, 2), second = digits(text, 17, 2);
  if (hour > 23 || minute > 59 || second > 59) return std::nullopt;
  return midnight + std::chrono::hours(hour) + std::chrono::minutes(minute) + seconds(second);
}

}  // namespace gatehouse::keyfile
