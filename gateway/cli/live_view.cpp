#include "gateway/cli/live_view.hpp"

#include <algorithm>
#include <cmath>

#include "gateway/cli/output.hpp"
#include "gateway/cli/table.hpp"

namespace gatehouse::cli {
namespace {

constexpr std::size_t kBarWidth = 20;
constexpr std::string_view kClearLine = "\r\x1b[K";

std::string number(const json::Value* value) {
  const auto* number = value ? value->as_number() : nullptr;
  return number ? number->text : "";
}

}  // namespace

LiveView::LiveView(std::string server, std::optional<mcp::LogLevel> least)
    : server_(std::move(server)), least_(least), terminal_(is_terminal(Stream::error)) {}

void LiveView::notified(const mcp::Message& notification) {
  const std::string_view method = notification.rpc.method;
  const bool progress = method == mcp::notification::kProgress;
  if (!progress && method != mcp::notification::kMessage) return;
  const auto params = json::parse(notification.params.object.text);
  if (!params) return;
  progress ? show_progress(*params) : show_log_message(*params);
}

Task<mcp::Reply> LiveView::asked(const mcp::Message&, Cancel&) {
  co_return fail(Kind::method_not_found, Origin::client, "The command line cannot be asked.");
}

void LiveView::clear() {
  if (std::exchange(drawn_, false)) print_error(kClearLine);
}

void LiveView::show_progress(const json::Value& params) {
  if (!terminal_) return;
  print_error(std::string(kClearLine) + progress_line(params, columns(Stream::error)));
  drawn_ = true;
}

void LiveView::show_log_message(const json::Value& params) {
  const auto level = mcp::parse_log_level(params.text("level"));
  if (!least_ || (level && *level < *least_)) return;
  clear();
  const bool color = has_color(Stream::error);
  const bool bad = level && *level >= mcp::LogLevel::error;
  const std::string name = one_line(params.text("level", "message"));
  print_error(server_ + ": " +
              styled(name,
                     bad                               ? Style::red
                     : level == mcp::LogLevel::warning ? Style::yellow
                                                       : Style::dim,
                     color) +
              ": " + log_text(params) + "\n");
}

std::string progress_line(const json::Value& params, std::size_t columns) {
  const json::Value* progress = params.find("progress");
  const json::Value* total = params.find("total");
  const double done = progress ? progress->as_double().value_or(0) : 0;
  const double all = total ? total->as_double().value_or(0) : 0;
  std::string line;
  if (all > 0 && std::isfinite(done / all)) {
    const double part = std::clamp(done / all, 0.0, 1.0);
    const auto filled = static_cast<std::size_t>(part * kBarWidth);
    std::string percent = std::to_string(static_cast<int>(part * 100));
    percent.insert(0, 3 - percent.size(), ' ');
    line = "[" + std::string(filled, '#') + std::string(kBarWidth - filled, '-') + "] " + percent + "%  " +
           number(progress) + "/" + number(total);
  } else {
    line = "... " + number(progress);
  }
  if (const std::string message = one_line(params.text("message")); !message.empty()) line += "  " + message;
  return cut(line, columns > 1 ? columns - 1 : 1);  // in the last column some terminals would start a new line
}

std::string log_text(const json::Value& params) {
  std::string text;
  if (const std::string logger = one_line(params.text("logger")); !logger.empty()) text = "[" + logger + "] ";
  const json::Value* data = params.find("data");
  if (!data) return text;
  return text + one_line(data->as_string() ? *data->as_string() : data->str());
}

}  // namespace gatehouse::cli
