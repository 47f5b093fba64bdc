#include "gateway/app/tool_pins.hpp"

#include <gatehouse/base/log.hpp>

#include "gateway/keyfile/files.hpp"

namespace gatehouse::app {
namespace {

constexpr Milliseconds kWriteDelay{100};  // servers that come up together are written down together
constexpr std::size_t kMaxTold = 100;     // tools that are named one by one

std::string_view event_of(pins::News::What what) {
  switch (what) {
    case pins::News::What::changed: return "tool is not what was approved";
    case pins::News::What::unknown: return "new tool waits for approval";
    case pins::News::What::no_room: return "tool cannot be pinned: pins.max_tools or pins.max_bytes is reached";
    case pins::News::What::unreadable: return "tool cannot be pinned: its definition names a member twice";
  }
  return "";
}

std::unexpected<Error> of_file(const std::string& file, const Error& error) {
  return fail(error.kind, error.origin, error.kind == Kind::io ? error.message : file + ": " + error.message);
}

}  // namespace

/// Reads the file, and writes it if there is something to write. For another thread: the file may be long, and its lock taken.
struct ToolPins::FileWork {
  std::string file;
  std::string text = {};                                  // before and after
  std::optional<pins::Book> ours = std::nullopt;          // to be written
  std::optional<pins::Book::Pins> theirs = std::nullopt;  // what others wrote
  Result<void> result = {};

  void run() { result = exchange(); }

  Result<void> exchange() {
    std::optional<keyfile::Lock> lock;
    if (ours) {
      auto taken = keyfile::Lock::take(file);
      if (!taken) return fail(std::move(taken.error()));
      lock.emplace(std::move(*taken));
    }
    auto found = keyfile::read_if_there(file);
    if (!found) return fail(std::move(found.error()));
    if (*found != text) {
      auto pins = pins::read_book(*found);
      // It is not overwritten: somebody will want to have his approvals back.
      if (!pins) return of_file(file, pins.error());
      theirs = std::move(*pins);
      text = std::move(*found);
    }
    return ours ? write() : Result<void>();
  }

  Result<void> write() {
    if (theirs) ours->take(*theirs);
    std::string wanted = pins::write_book(ours->pins());
    if (wanted == text) return {};
    if (auto replaced = keyfile::replace_file(file, wanted); !replaced) return replaced;
    text = std::move(wanted);
    return {};
  }
};

Result<void> ToolPins::configure(const std::optional<config::ToolPins>& options) {
  if (options == options_) return {};
  if (!options) {
    options_.reset();
    watch_.reset();
    filter_.reset();
    return {};
  }
  if (options_ && options_->file == options->file) {
    options_ = options;
    filter_->set_options(options->rules());
    return {};
  }
  FileWork first{.file = options->file};
  first.run();
  if (!first.result) return fail(std::move(first.result.error()));
  options_ = options;
  known_ = std::move(first.text);
  unsaved_ = write_wanted_ = false;
  filter_ = std::make_shared<pins::Filter>(options->rules(), [this](const auto& news) { noted(news); });
  if (first.theirs) filter_->take(std::move(*first.theirs));
  watch_.emplace(loop_, std::vector{options->file}, [this] { read_soon(); });
  read_soon();  // it may have changed before it was watched
  return {};
}

void ToolPins::noted(const std::vector<pins::News>& news) {
  std::size_t told = 0;
  for (const auto& [tool, what] : news) {
    const bool waits = what == pins::News::What::changed || what == pins::News::What::unknown;
    if (waits) ++changes_;
    if (++told > kMaxTold) continue;
    const std::string see = "gatehouse tools diff " + tool.first + "." + tool.second;
    if (waits)
      log::warn(event_of(what), {{"server", tool.first}, {"tool", tool.second}, {"see", see}});
    else
      log::warn(event_of(what), {{"server", tool.first}, {"tool", tool.second}});
  }
  if (told > kMaxTold) log::warn("more tools are told", {{"count", std::to_string(told - kMaxTold), true}});
  write_soon();
}

void ToolPins::read_soon() {
  read_wanted_ = true;
  work_soon();
}

void ToolPins::write_soon() {
  write_wanted_ = true;
  work_soon();
}

void ToolPins::work_soon() {
  if (!stopped_ && !std::exchange(working_, true)) tasks_.spawn(work());
}

Task<void> ToolPins::work() {
  if (write_wanted_) co_await loop_.sleep(kWriteDelay, &tasks_.cancel());
  while (filter_ && (read_wanted_ || write_wanted_)) {
    const auto filter = filter_;
    FileWork work = next_work();
    co_await loop_.offload([&work] { work.run(); });
    if (filter == filter_) done(std::move(work));
  }
  working_ = false;
}

ToolPins::FileWork ToolPins::next_work() {
  FileWork work{.file = options_->file, .text = known_};
  if (std::exchange(write_wanted_, false)) work.ours = filter_->book();
  read_wanted_ = false;
  return work;
}

void ToolPins::done(FileWork work) {
  if (!work.result) {
    unsaved_ = unsaved_ || work.ours;
    return log::error(work.ours ? "pinned tools not written" : "pinned tools not read again",
                      {{"problem", work.result.error().message}});
  }
  known_ = std::move(work.text);
  if (work.ours) unsaved_ = false;
  if (std::exchange(unsaved_, false)) write_wanted_ = true;
  if (!work.theirs) return;
  filter_->take(std::move(*work.theirs));
  log::info("pinned tools read", {{"file", work.file}});
  changed_();
}

void ToolPins::register_metrics(telemetry::Metrics& metrics) {
  metrics.observe("gatehouse_tool_changes_total", "", telemetry::Metrics::Type::counter,
                  "Tools that were not what was approved, or new where new ones wait.",
                  [this] { return static_cast<double>(changes_); });
  metrics.observe("gatehouse_tools_waiting", "", telemetry::Metrics::Type::gauge, "Tools that wait for approval.",
                  [this] { return filter_ ? static_cast<double>(filter_->book().waiting()) : 0.0; });
}

Task<void> ToolPins::stop() {
  if (watch_) watch_->stop();
  if (unsaved_) write_soon();
  stopped_ = true;
  tasks_.cancel().request(CancelReason::shutting_down);
  co_await tasks_.join();
}

}  // namespace gatehouse::app
