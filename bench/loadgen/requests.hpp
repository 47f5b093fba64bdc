// The HTTP requests that the load generator sends.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "options.hpp"

namespace loadgen {

/// Ids of calls are integers of ten digits, so that a new one can be written over the old one.
inline constexpr std::uint64_t kFirstCallId = 1'000'000'000;
inline constexpr std::size_t kIdDigits = 10;

/// A `tools/call` with everything but its id fixed. The id also starts the text argument, so that a tool that repeats
/// the argument proves which call it answers.
class CallRequest {
 public:
  CallRequest(const Options& options, std::string_view tool, std::string_view session_id);

  /// The bytes to send; valid until the next call.
  std::string_view with_id(std::uint64_t id);
  /// The digits written last.
  [[nodiscard]] std::string_view id() const { return std::string_view(bytes_).substr(id_at_, kIdDigits); }

 private:
  std::string bytes_;
  std::size_t id_at_ = 0;
  std::size_t text_at_ = 0;
};

/// Handshake of the legacy era. Rule: MCP 2025-11-25, basic/lifecycle, "Initialization".
std::string initialize_request(const Options& options);
std::string initialized_notification(const Options& options, std::string_view session_id);

/// Opens the session's event stream. Rule: MCP 2025-11-25, basic/transports, "Listening for Messages from the Server".
std::string stream_request(const Options& options, std::string_view session_id);

}  // namespace loadgen
