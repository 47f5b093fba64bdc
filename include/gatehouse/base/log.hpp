#pragma once
#include <initializer_list>
#include <string_view>

namespace gatehouse::log {

enum class Level { debug, info, warn, error, off };

/// One named value of a log line. Numbers and booleans are passed as text and written bare when `bare` is set.
struct Field {
  std::string_view name;
  std::string_view value;
  bool bare = false;
};

/// Where log lines go. The library writes nothing by itself: without a sink, lines vanish.
/// The sink is called on the thread that logs and must not throw.
using Sink = void (*)(Level level, std::string_view event, std::initializer_list<Field> fields);
void set_sink(Sink sink, Level least);
[[nodiscard]] bool enabled(Level level);

/// `event` is a short stable phrase ("server exited"); what varies goes into fields. Never log secrets or payloads.
void write(Level level, std::string_view event, std::initializer_list<Field> fields = {});
inline void debug(std::string_view event, std::initializer_list<Field> fields = {}) {
  write(Level::debug, event, fields);
}
inline void info(std::string_view event, std::initializer_list<Field> fields = {}) {
  write(Level::info, event, fields);
}
inline void warn(std::string_view event, std::initializer_list<Field> fields = {}) {
  write(Level::warn, event, fields);
}
inline void error(std::string_view event, std::initializer_list<Field> fields = {}) {
  write(Level::error, event, fields);
}

}  // namespace gatehouse::log
