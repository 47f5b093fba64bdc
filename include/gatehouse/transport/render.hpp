#pragma once
#include <string>
#include <string_view>

#include <gatehouse/base/short_text.hpp>
#include <gatehouse/mcp/call.hpp>
#include <gatehouse/mcp/error_codes.hpp>

/// Canonical answers as the messages that a client of a given revision reads.
namespace gatehouse::transport {

/// One response message as pieces. Keeps what the pieces point into, so it lives until they were sent.
class Rendered {
 public:
  /// `server_info`: ready-made JSON of `serverInfo`. Changes `answer.body` by adding the envelope's edits.
  Rendered(std::string_view id, mcp::Answer& answer, mcp::Revision revision, std::string_view server_info);
  Rendered(std::string_view id, const Error& error, mcp::Revision revision);
  Rendered(const Rendered&) = delete;
  Rendered& operator=(const Rendered&) = delete;

  [[nodiscard]] const json::Pieces& pieces() const { return pieces_; }
  [[nodiscard]] int http_status() const { return http_status_; }
  [[nodiscard]] std::size_t size() const;

 private:
  ShortText<120> head_;
  json::Pieces pieces_;
  int http_status_ = 200;
};

}  // namespace gatehouse::transport
