// Finds the JSON-RPC answer in a response body, whether it is one JSON text or a stream of server-sent events.
#pragma once

#include <cstdint>
#include <string_view>

#include "message_scanner.hpp"

namespace loadgen {

/// Takes a body in pieces. In an event stream the answer is the message that has a result or an error; messages before
/// it are counted as notifications.
/// Rule: MCP 2025-11-25, basic/transports, "Sending Messages to the Server"; 2026-07-28,
/// basic/transports/streamable-http.
class AnswerReader {
 public:
  void begin(bool is_event_stream);
  void feed(std::string_view piece);

  /// The answer as far as it was read; empty when the body held none.
  [[nodiscard]] const MessageScanner& answer() const { return is_event_stream_ ? answer_ : current_; }
  [[nodiscard]] std::uint64_t notifications() const { return notifications_; }

 private:
  enum class Line { field_name, skip_space, data, ignored };

  std::size_t feed_event_stream(std::string_view piece);
  void end_line();
  void end_event();

  bool is_event_stream_ = false;
  MessageScanner current_;
  MessageScanner answer_;
  std::uint64_t notifications_ = 0;
  Line line_ = Line::field_name;
  TextStart field_;
  bool after_return_ = false;  // a line feed that follows belongs to the same line end
};

}  // namespace loadgen
