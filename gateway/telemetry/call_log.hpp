#pragma once
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include <gatehouse/base/error.hpp>
#include <gatehouse/base/time.hpp>

#include "gateway/telemetry/line.hpp"
#include "gateway/telemetry/line_writer.hpp"
#include "gateway/telemetry/metrics.hpp"

/// One line per call, for operators. Written in batches: a call costs no system call. Fields: docs/logging.md.
namespace gatehouse::telemetry {

struct CallRecord {
  std::string_view endpoint, method, server,
      target;                ///< `target`: exposed tool or prompt name; never arguments or URIs' queries.
  std::string_view session;  ///< Legacy session id; only its first eight characters are written.
  std::string_view revision, address, user_agent;
  Outcome outcome;
  int error_code = 0;  ///< JSON-RPC code, 0: none.
  std::string_view error_kind;
  std::string_view detail;           ///< For logs only.
  std::string_view request_id = {};  ///< Of refusals: as the client sees it (mcp/refusal.hpp).
  Clock::duration duration;
  std::size_t request_bytes = 0, reply_bytes = 0;
};

enum class Format { json, text };

/// Appends the line of one call. Values that are empty or zero are left out, over-long ones are cut; a line is never longer than
/// LineWriter::kAtomicBytes.
void append_call(std::string& out, const CallRecord& record, std::string_view stamp, Format format, bool colour);

class CallLog {
 public:
  /// Lines go to `fd` (stderr); `enabled` false makes `write` free.
  CallLog(int fd, Format format, bool enabled);
  ~CallLog();  ///< Flushes; waits at most `kLastWait` for a slow reader.
  CallLog(const CallLog&) = delete;
  CallLog& operator=(const CallLog&) = delete;

  /// A disabled log needs no record: ask first.
  [[nodiscard]] bool enabled() const { return enabled_; }
  void write(const CallRecord& record);
  /// Writes out what has gathered; call about once a second. `write` does it by itself every `kFlushBytes`.
  /// Never waits: while the reader of `fd` does not read, up to `kMaxPendingBytes` are kept, then new lines are dropped and
  /// counted; when it reads again, one line at level warn tells how many.
  void flush();
  [[nodiscard]] std::uint64_t dropped() const { return dropped_; }  ///< Lines lost so far, for the metrics.

  static constexpr std::size_t kFlushBytes = 64 * 1024;
  static constexpr std::size_t kMaxPendingBytes = 1024 * 1024;
  static constexpr Milliseconds kLastWait{200};

 private:
  void report_dropped();

  LineWriter out_;
  Format format_;
  bool enabled_;
  bool colour_;
  Stamp stamp_;
  std::string lines_;
  std::size_t flush_at_ = kFlushBytes;
  std::uint64_t dropped_ = 0;
  std::uint64_t reported_ = 0;  // of dropped_
};

/// Sets up the process's log: JSON lines or text on stderr, through spdlog; registers the library's log sink. Levels: debug, info,
/// warn, error, off. May be called again (reload). Errors: invalid_config for an unknown level; nothing changes then.
Result<void> start_log(std::string_view level, Format format);

}  // namespace gatehouse::telemetry
