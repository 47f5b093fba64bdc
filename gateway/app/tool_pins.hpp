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
class ToolPins {
 public:
  /// `changed`: tools are to be shown otherwise.
  ToolPins(net::Loop& loop, std::function<void()> changed) : loop_(loop), changed_(std::move(changed)) {}

  /// Errors: invalid_config for a file that cannot be understood; then nothing was changed.
  Result<void> configure(const std::optional<config::ToolPins>& options);
  /// Null: tools are not pinned.
  [[nodiscard]] const std::shared_ptr<pins::Filter>& filter() const { return filter_; }
  void register_metrics(telemetry::Metrics& metrics);
  /// Writes down what is not written yet. Call before the destructor.
  Task<void> stop();

 private:
  void noted(const std::vector<pins::ToolKey>& tools);
  void read_again();
  void write_soon();
  Task<void> write();

  net::Loop& loop_;
  std::function<void()> changed_;
  std::optional<config::ToolPins> options_;
  std::shared_ptr<pins::Filter> filter_;
  std::optional<ConfigWatch> watch_;
  std::string written_;  // the file's text as we know it
  std::uint64_t changes_ = 0;
  bool writing_ = false, write_wanted_ = false;
  TaskGroup tasks_;
};

}  // namespace gatehouse::app
