#pragma once
#include <functional>
#include <memory>
#include <optional>

#include <gatehouse/base/task_group.hpp>

#include "gateway/app/config_watch.hpp"
#include "gateway/config/config.hpp"
#include "gateway/pins/filter.hpp"
#include "gateway/telemetry/metrics.hpp"

namespace gatehouse::app {

/// The pinned tools of a running gateway and their file: changes of servers are written down, approvals of operators are taken over.
/// Several gateways may share a file.
class ToolPins {
 public:
  /// `changed`: tools are to be shown otherwise.
  ToolPins(net::Loop& loop, std::function<void()> changed) : loop_(loop), changed_(std::move(changed)) {}

  /// Another file is read at once; other settings hold for what is known already.
  /// Errors: io; invalid_config for a file that cannot be understood; then nothing was changed.
  Result<void> configure(const std::optional<config::ToolPins>& options);
  /// Null: tools are not pinned.
  [[nodiscard]] const std::shared_ptr<pins::Filter>& filter() const { return filter_; }
  [[nodiscard]] bool shows_only_approved() const { return options_ && options_->on_new == pins::OnNew::hide; }
  void register_metrics(telemetry::Metrics& metrics);
  /// Writes down what is not written yet, and nothing after that. Call before the destructor.
  Task<void> stop();

 private:
  struct FileWork;
  void noted(const std::vector<pins::News>& news);
  void read_soon();
  void write_soon();
  void work_soon();
  Task<void> work();
  [[nodiscard]] FileWork next_work();
  void done(FileWork work);

  net::Loop& loop_;
  std::function<void()> changed_;
  std::optional<config::ToolPins> options_;
  std::shared_ptr<pins::Filter> filter_;
  std::optional<ConfigWatch> watch_;
  std::string known_;  // the file's text when it was read or written last
  std::uint64_t changes_ = 0;
  bool working_ = false, read_wanted_ = false, write_wanted_ = false;
  bool unsaved_ = false;  // a write failed
  bool stopped_ = false;
  TaskGroup tasks_;
};

}  // namespace gatehouse::app
