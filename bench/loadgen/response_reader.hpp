// Incremental reader of HTTP/1.1 responses.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "answer_reader.hpp"

namespace loadgen {

/// Reads one response after another from a byte stream: Content-Length, chunked, and bodies that end with the
/// connection. The body is not kept; it goes through an AnswerReader.
/// Rule: RFC 9112 sections 4, 6 and 7.
class ResponseReader {
 public:
  enum class State { head, body, body_until_close, chunk_size, chunk_data, chunk_end, trailer, done, malformed };

  /// Prepares for the next response.
  void begin();
  /// Returns how many bytes were used; less than all only when the response ended or was malformed.
  std::size_t feed(std::string_view bytes);
  /// The peer closed the connection: completes a body that ends with it. Anything else stays unfinished.
  void end_of_stream();

  [[nodiscard]] State state() const { return state_; }
  [[nodiscard]] bool is_done() const { return state_ == State::done; }
  [[nodiscard]] bool is_malformed() const { return state_ == State::malformed; }
  /// The head was read completely.
  [[nodiscard]] bool has_head() const { return state_ != State::head && state_ != State::malformed; }
  [[nodiscard]] bool has_started() const { return state_ != State::head || !line_.empty(); }

  [[nodiscard]] int status() const { return status_; }
  [[nodiscard]] bool closes_connection() const { return closes_connection_; }
  [[nodiscard]] bool is_event_stream() const { return is_event_stream_; }
  [[nodiscard]] std::uint64_t body_bytes() const { return body_bytes_; }
  /// Mcp-Session-Id; empty when the response had none.
  [[nodiscard]] const std::string& session_id() const { return session_id_; }
  [[nodiscard]] const AnswerReader& body() const { return body_; }
  /// The first bytes of the body, for error messages.
  [[nodiscard]] const std::string& body_start() const { return body_start_; }

 private:
  std::size_t feed_head(std::string_view bytes);
  std::size_t feed_body(std::string_view bytes);
  std::size_t feed_line(std::string_view bytes);
  void end_line(std::string_view line);
  void parse_head(std::string_view head);
  void parse_header(std::string_view name, std::string_view value);
  void choose_framing();
  void start_chunk(std::string_view size_line);

  State state_ = State::head;
  std::string line_;  // the part of a head or a line that arrived in an earlier piece
  int status_ = 0;
  bool closes_connection_ = false;
  bool is_event_stream_ = false;
  bool is_chunked_ = false;
  bool has_length_ = false;
  std::uint64_t remaining_ = 0;  // of the body or the chunk
  std::uint64_t body_bytes_ = 0;
  std::string session_id_;
  std::string body_start_;
  AnswerReader body_;
};

}  // namespace loadgen
