#pragma once
#include <string>

#include <gatehouse/client/link.hpp>
#include <gatehouse/json/value.hpp>

namespace gatehouse::cli {

/// Shows on standard error what a server says while it works on a call: log messages as lines; progress as one line that
/// changes, on terminals only.
class LiveView final : public client::Listener {
 public:
  /// `least`: log messages below it are left out; none: all of them are.
  LiveView(std::string server, std::optional<mcp::LogLevel> least);
  ~LiveView() override { clear(); }

  void notified(const mcp::Message& notification) override;
  Task<mcp::Reply> asked(const mcp::Message& request, Cancel& cancel) override;

  void clear();  ///< Removes the progress line.

 private:
  void show_progress(const json::Value& params);
  void show_log_message(const json::Value& params);

  std::string server_;
  std::optional<mcp::LogLevel> least_;
  bool terminal_;
  bool drawn_ = false;
};

/// One line of at most `columns` columns: `[########------------]  40%  2/5  message`; without `total` the number and the message.
[[nodiscard]] std::string progress_line(const json::Value& params, std::size_t columns);
/// `[logger] data`, or what is there of it, on one line.
[[nodiscard]] std::string log_text(const json::Value& params);

}  // namespace gatehouse::cli
