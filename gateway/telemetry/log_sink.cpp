#include <array>
#include <memory>
#include <mutex>

#include <spdlog/logger.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <unistd.h>

#include <gatehouse/base/log.hpp>

#include "gateway/telemetry/call_log.hpp"

namespace gatehouse::telemetry {
namespace {

constexpr std::array<std::string_view, 5> kLevels = {"debug", "info", "warn", "error", "off"};
constexpr std::size_t kLongestLine = 16 * 1024, kLongestValue = 5 * 1024;

// The library's sink is a plain function, so what it writes to is global. Set once per start or reload, under the lock.
std::mutex g_mutex;
std::shared_ptr<spdlog::logger> g_logger;
Format g_format = Format::json;
bool g_colour = false;

void json_line(Line& line, log::Level level, std::string_view event, std::initializer_list<log::Field> fields) {
  line.raw(",\"level\":\"")
      .raw(kLevels[static_cast<std::size_t>(level)])
      .raw("\",\"event\":\"")
      .escaped(event, kLongestValue)
      .raw("\"");
  for (const log::Field& field : fields) {
    if (line.free() < kLongestValue + 256) break;
    line.raw(",\"").escaped(field.name, 64).raw("\":");
    if (field.bare)
      line.raw(field.value);
    else
      line.raw("\"").escaped(field.value, kLongestValue).raw("\"");
  }
  line.raw("}");
}

void text_line(Line& line, log::Level level, std::string_view event, std::initializer_list<log::Field> fields) {
  static constexpr std::array<std::string_view, 5> kColours = {"\033[2m", "\033[36m", "\033[33m", "\033[31m", ""};
  const std::string_view name = kLevels[static_cast<std::size_t>(level)];
  if (g_colour) line.raw(kColours[static_cast<std::size_t>(level)]);
  line.raw(name);
  if (g_colour) line.raw("\033[0m");
  line.raw(name.size() < 5 ? "  " : " ").escaped(event, kLongestValue);
  for (const log::Field& field : fields) {
    if (line.free() < kLongestValue + 256) break;
    line.raw(" ").escaped(field.name, 64).raw("=").word(field.value, kLongestValue);
  }
}

void write_line(log::Level level, std::string_view event, std::initializer_list<log::Field> fields) {
  const std::scoped_lock lock(g_mutex);
  if (!g_logger) return;
  std::array<char, kLongestLine> space;  // NOLINT: only what was written is read
  Line line(space);
  Stamp stamp;
  const auto now = stamp.at(std::chrono::system_clock::now());
  if (g_format == Format::json) {
    line.raw("{\"ts\":\"").raw(now).raw("\"");
    json_line(line, level, event, fields);
  } else {
    line.raw(now).raw(" ");
    text_line(line, level, event, fields);
  }
  g_logger->log(spdlog::level::info, spdlog::string_view_t(line.view().data(), line.view().size()));
}

}  // namespace

Result<void> start_log(std::string_view level, Format format) {
  std::size_t index = 0;
  while (index < kLevels.size() && kLevels[index] != level) ++index;
  if (index == kLevels.size())
    return fail(Kind::invalid_config, Origin::gateway,
                "unknown log level '" + std::string(level) + "'; use debug, info, warn, error or off");
  {
    const std::scoped_lock lock(g_mutex);
    if (!g_logger) {
      g_logger = std::make_shared<spdlog::logger>("gatehouse", std::make_shared<spdlog::sinks::stderr_sink_mt>());
      g_logger->set_pattern("%v");
    }
    g_format = format;
    g_colour = format == Format::text && wants_colour(STDERR_FILENO);
  }
  log::set_sink(write_line, static_cast<log::Level>(index));
  return {};
}

}  // namespace gatehouse::telemetry
