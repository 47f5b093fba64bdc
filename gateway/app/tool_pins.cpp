#include "gateway/app/tool_pins.hpp"

#include <gatehouse/base/log.hpp>

#include "gateway/keyfile/files.hpp"

namespace gatehouse::app {

Result<void> ToolPins::configure(const std::optional<config::ToolPins>& options) {
  if (options == options_ && (filter_ != nullptr) == options.has_value()) return {};
  if (!options) {
    options_.reset();
    watch_.reset();
    filter_.reset();
    return {};
  }
  auto text = keyfile::read_if_there(options->file);
  if (!text) return fail(std::move(text.error()));
  auto pins = pins::read_book(*text);
  if (!pins) return fail(std::move(pins.error()));
  options_ = options;
  written_ = std::move(*text);
  filter_ = std::make_shared<pins::Filter>(pins::Options{options->on_change, options->on_new},
                                           [this](const std::vector<pins::ToolKey>& tools) { noted(tools); });
  filter_->take(std::move(*pins));
  watch_.emplace(loop_, std::vector{options->file}, [this] { read_again(); });
  return {};
}

void ToolPins::noted(const std::vector<pins::ToolKey>& tools) {
  for (const auto& [server, tool] : tools) {
    ++changes_;
    const bool is_new = !filter_->book().pins().at({server, tool}).approved;
    log::warn(is_new ? "new tool waits for approval" : "tool is not what was approved",
              {{"server", server}, {"tool", tool}, {"see", "gatehouse tools diff " + server + "." + tool}});
  }
  write_soon();
}

void ToolPins::read_again() {
  const auto text = keyfile::read_if_there(options_->file);
  if (!text || *text == written_) return;
  auto pins = pins::read_book(*text);
  if (!pins) return log::error("pinned tools not read again", {{"problem", pins.error().message}});
  written_ = *text;
  filter_->take(std::move(*pins));
  log::info("pinned tools read", {{"file", options_->file}});
  changed_();
}

void ToolPins::write_soon() {
  write_wanted_ = true;
  if (!std::exchange(writing_, true)) tasks_.spawn(write());
}

/// What others wrote meanwhile is taken over first.
Task<void> ToolPins::write() {
  co_await loop_.sleep(Milliseconds{100});
  while (std::exchange(write_wanted_, false) && filter_) {
    const auto lock = keyfile::Lock::take(options_->file);
    if (lock) {
      read_again();
      written_ = pins::write_book(filter_->book().pins());
      const auto replaced = keyfile::replace_file(options_->file, written_);
      if (!replaced) log::error("pinned tools not written", {{"problem", replaced.error().message}});
    } else {
      log::error("pinned tools not written", {{"problem", lock.error().message}});
    }
  }
  writing_ = false;
}

void ToolPins::register_metrics(telemetry::Metrics& metrics) {
  metrics.observe("gatehouse_tool_changes_total", "", telemetry::Metrics::Type::counter,
                  "Tools that were not what was approved, or new where new ones wait.",
                  [this] { return static_cast<double>(changes_); });
  metrics.observe("gatehouse_tools_waiting", "", telemetry::Metrics::Type::gauge, "Tools that wait for approval.",
                  [this] { return filter_ ? static_cast<double>(filter_->book().waiting()) : 0.0; });
}

Task<void> ToolPins::stop() { co_await tasks_.join(); }

}  // namespace gatehouse::app
