#include "gateway/telemetry/call_log.hpp"

#include <array>

namespace gatehouse::telemetry {
namespace {

std::string_view level_of(Outcome outcome) {
  return outcome == Outcome::gateway_error || outcome == Outcome::upstream_error ? "warn" : "info";
}

/// Longest escaped value in bytes. Together with the fixed texts they stay below LineWriter::kAtomicBytes.
namespace budget {
constexpr std::size_t kName = 256, kShort = 80, kTarget = 512, kAgent = 512, kDetail = 1024;
}

void json_line(Line& line, const CallRecord& r, std::string_view stamp) {
  const auto text = [&line](std::string_view name, std::string_view value, std::size_t longest) {
    if (!value.empty()) line.raw(name).escaped(value, longest).raw("\"");
  };
  line.raw("{\"ts\":\"").raw(stamp).raw("\",\"level\":\"").raw(level_of(r.outcome)).raw("\",\"event\":\"call");
  line.raw("\",\"outcome\":\"").raw(to_string(r.outcome)).raw("\"");
  text(",\"method\":\"", r.method, budget::kShort);
  text(",\"server\":\"", r.server, budget::kShort);
  text(",\"target\":\"", r.target, budget::kTarget);
  line.raw(",\"duration_ms\":").milliseconds(r.duration);
  line.raw(",\"request_bytes\":").number(r.request_bytes).raw(",\"reply_bytes\":").number(r.reply_bytes);
  if (r.error_code) line.raw(",\"error_code\":").number(r.error_code);
  text(",\"error_kind\":\"", r.error_kind, budget::kShort);
  text(",\"request_id\":\"", r.request_id, budget::kShort);
  text(",\"detail\":\"", r.detail, budget::kDetail);
  text(",\"endpoint\":\"", r.endpoint, budget::kName);
  text(",\"session\":\"", r.session.substr(0, 8), budget::kShort);
  text(",\"revision\":\"", r.revision, budget::kShort);
  text(",\"address\":\"", r.address, budget::kShort);
  text(",\"user_agent\":\"", r.user_agent, budget::kAgent);
  line.raw("}\n");
}

void text_line(Line& line, const CallRecord& r, std::string_view stamp, bool colour) {
  static constexpr std::array<std::string_view, kOutcomes> kColours = {"\033[32m", "\033[33m", "\033[33m",
                                                                       "\033[31m", "\033[31m", "\033[2m"};
  const auto text = [&line](std::string_view name, std::string_view value, std::size_t longest) {
    if (!value.empty()) line.raw(name).word(value, longest);
  };
  line.raw(stamp).raw(" call  ");
  if (colour) line.raw(kColours[static_cast<std::size_t>(r.outcome)]);
  line.raw(to_string(r.outcome));
  if (colour) line.raw("\033[0m");
  text(" ", r.method, budget::kShort);
  text(" ", r.target, budget::kTarget);
  line.raw(" ").milliseconds(r.duration).raw("ms");
  text(" server=", r.server, budget::kShort);
  if (r.error_code) line.raw(" error_code=").number(r.error_code);
  text(" error_kind=", r.error_kind, budget::kShort);
  text(" request_id=", r.request_id, budget::kShort);
  text(" detail=", r.detail, budget::kDetail);
  text(" endpoint=", r.endpoint, budget::kName);
  text(" session=", r.session.substr(0, 8), budget::kShort);
  text(" revision=", r.revision, budget::kShort);
  text(" address=", r.address, budget::kShort);
  text(" user_agent=", r.user_agent, budget::kAgent);
  line.raw(" request_bytes=").number(r.request_bytes).raw(" reply_bytes=").number(r.reply_bytes).raw("\n");
}

}  // namespace

void append_call(std::string& out, const CallRecord& record, std::string_view stamp, Format format, bool colour) {
  std::array<char, LineWriter::kAtomicBytes> space;  // NOLINT: filled up to what is copied below
  Line line(space);
  format == Format::json ? json_line(line, record, stamp) : text_line(line, record, stamp, colour);
  out += line.view();
}

CallLog::CallLog(int fd, Format format, bool enabled)
    : out_(fd), format_(format), enabled_(enabled), colour_(format == Format::text && wants_colour(fd)) {
  if (enabled_) lines_.reserve(kFlushBytes + LineWriter::kAtomicBytes);
}

CallLog::~CallLog() {
  const auto end = Clock::now() + kLastWait;
  flush();
  while (!lines_.empty() && Clock::now() < end && out_.wait(std::chrono::ceil<Milliseconds>(end - Clock::now())))
    flush();
}

void CallLog::write(const CallRecord& record) {
  if (!enabled_) return;
  if (lines_.size() >= kMaxPendingBytes) {
    ++dropped_;
  } else {
    append_call(lines_, record, stamp_.at(std::chrono::system_clock::now()), format_, colour_);
  }
  if (lines_.size() >= flush_at_ && lines_.size() < kMaxPendingBytes) flush();
}

void CallLog::flush() {
  out_.write(lines_);
  if (dropped_ != reported_ && lines_.size() < kMaxPendingBytes / 2) {
    report_dropped();
    out_.write(lines_);
  }
  flush_at_ = lines_.size() + kFlushBytes;  // a stuck reader is not asked again for every call
  if (lines_.empty() && lines_.capacity() > 4 * kFlushBytes) {
    lines_.shrink_to_fit();
    lines_.reserve(kFlushBytes + LineWriter::kAtomicBytes);
  }
}

void CallLog::report_dropped() {
  const std::string count = std::to_string(dropped_ - reported_);
  const std::string stamp(stamp_.at(std::chrono::system_clock::now()));
  if (format_ == Format::json) {
    lines_ +=
        "{\"ts\":\"" + stamp + "\",\"level\":\"warn\",\"event\":\"call lines dropped\",\"count\":" + count + "}\n";
  } else {
    lines_ += stamp + " warn  call lines dropped count=" + count + "\n";
  }
  reported_ = dropped_;
}

}  // namespace gatehouse::telemetry
