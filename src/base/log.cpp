#include <gatehouse/base/log.hpp>

#include <atomic>

namespace gatehouse::log {
namespace {

std::atomic<Sink> g_sink{nullptr};
std::atomic<Level> g_least{Level::off};

}  // namespace

void set_sink(Sink sink, Level least) {
  g_sink.store(sink, std::memory_order_release);
  g_least.store(sink ? least : Level::off, std::memory_order_release);
}

bool enabled(Level level) { return level >= g_least.load(std::memory_order_relaxed) && level != Level::off; }

void write(Level level, std::string_view event, std::initializer_list<Field> fields) {
  if (!enabled(level)) return;
  if (const Sink sink = g_sink.load(std::memory_order_acquire)) sink(level, event, fields);
}

}  // namespace gatehouse::log
