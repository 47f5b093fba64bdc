#pragma once
#include <string>
#include <string_view>

#include "gateway/bridge/task_object.hpp"

namespace gatehouse::bridge {

/// A task that Gatehouse keeps for a client of 2025-11-25, whatever the server behind it does (GB-241 to GB-245).
///
///            question               answer
///   WORKING ──────────▶ INPUT_REQUIRED ──────▶ WORKING
///      │ end, cancel          │ end, cancel
///      ▼                      ▼
///   COMPLETED · FAILED · CANCELLED: nothing that happens later counts
///
/// Pure: whoever owns one tells it what happened.
class TaskRow {
 public:
  struct Terms {
    std::string id;         ///< `gl1.…`: unguessable, so that no other user can know it.
    std::string caller;     ///< mcp::caller_key; whose it is.
    std::string principal;  ///< Among whose tasks it counts.
    WallTime created;
    std::int64_t ttl_ms = 0;
    std::int64_t poll_ms = 0;
  };
  explicit TaskRow(Terms terms) : terms_(std::move(terms)), updated_(terms_.created) {}

  // -- the work
  /// The server's own task says how it is going. Its `poll_ms` is passed on.
  void reported(std::string message, std::optional<std::int64_t> poll_ms, WallTime now);
  /// Questions that wait for the client now.
  void waits_for(std::size_t questions, WallTime now);
  enum class End { result, tool_error, error };
  /// False: the task was over already and its end stays what it was (LF-1413).
  bool ended(End end, std::string message, WallTime now);

  // -- the client
  /// False: the task is over.
  bool cancel(WallTime now);
  /// The result was given to the client; the row may go when space is needed.
  void fetched() { fetched_ = true; }

  [[nodiscard]] const std::string& id() const { return terms_.id; }
  [[nodiscard]] const std::string& caller() const { return terms_.caller; }
  [[nodiscard]] const std::string& principal() const { return terms_.principal; }
  [[nodiscard]] mcp::TaskStatus status() const { return status_; }
  [[nodiscard]] bool is_over() const { return mcp::is_terminal(status_); }
  [[nodiscard]] bool is_expired(WallTime now) const;
  /// Over, and its client knows how.
  [[nodiscard]] bool is_dispensable() const { return is_over() && (fetched_ || status_ == mcp::TaskStatus::cancelled); }
  [[nodiscard]] TaskObject object() const;

 private:
  void move_to(mcp::TaskStatus status, WallTime now);

  Terms terms_;
  mcp::TaskStatus status_ = mcp::TaskStatus::working;
  std::string message_;
  WallTime updated_;
  bool fetched_ = false;
};

/// What a client gets that asks for `wanted` (raw JSON of `task.ttl`; empty: it does not say).
[[nodiscard]] std::int64_t granted_ttl(std::string_view wanted, std::int64_t usual, std::int64_t most);

}  // namespace gatehouse::bridge
