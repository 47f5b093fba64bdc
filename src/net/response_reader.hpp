#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include <gatehouse/base/buffer.hpp>
#include <gatehouse/base/error.hpp>
#include <gatehouse/net/http1.hpp>

namespace gatehouse::net {

/// Reads one response after the other from the bytes of a connection. No I/O.
///
///   head --complete, not 1xx--> body --last byte taken--> done --begin()--> head
///
/// The input buffer is lent by the owner, so that a connection that waits need not have one.
class ResponseReader {
 public:
  enum class State { head, body, done };

  explicit ResponseReader(const HeadLimits& limits) : limits_(limits) {}
  ResponseReader(const ResponseReader&) = delete;
  ResponseReader& operator=(const ResponseReader&) = delete;

  void begin(bool to_head_request);  ///< A new request was sent.
  [[nodiscard]] State state() const { return state_; }
  [[nodiscard]] const ResponseHead& head() const { return head_; }  ///< Meaningful from State::body on, until begin().

  [[nodiscard]] bool has_buffer() const { return static_cast<bool>(in_); }
  void lend(Buffer buffer) { in_ = std::move(buffer); }
  /// Gives the buffer back if nothing in it is still to be read; the head is kept elsewhere.
  [[nodiscard]] Buffer take_buffer();  // what `take` returned ends, too

  /// Where the next bytes go; never empty. REQUIRES: has_buffer(), not done. Ends what `take` returned.
  [[nodiscard]] std::span<char> space();
  void received(std::size_t bytes);
  /// The connection ended. Errors: connection_lost, unless that is how this response ends.
  [[nodiscard]] Result<void> ended();

  /// Reads the head as far as the bytes reach. Errors: bad_reply, too_large.
  [[nodiscard]] Result<State> advance();
  /// The decoded bytes that have come and were not taken yet; empty when there are none. Errors: bad_reply.
  [[nodiscard]] Result<std::string_view> take();

  /// A sized body: how much is missing, all of it still to come once `take` returned nothing. Large bodies are read into their
  /// own memory by the owner, who says so.
  [[nodiscard]] std::uint64_t left() const { return left_; }
  void received_elsewhere(std::size_t bytes);

  /// Bytes that are not used up; at the end: bytes that nobody asked for.
  [[nodiscard]] bool has_bytes() const { return consumed_ < (bulk_ ? bulk_ : in_).size(); }

 private:
  Buffer& raw() { return bulk_ ? bulk_ : in_; }
  Result<std::string_view> take_chunks();

  const HeadLimits limits_;
  Buffer in_;                 // the head, and behind it bytes of the body
  Buffer bulk_;               // instead of in_ for the body, once it turns out to be long
  std::string kept_head_;     // the head's bytes, after take_buffer()
  std::size_t body_at_ = 0;   // where raw body bytes begin in raw()
  std::size_t consumed_ = 0;  // how far raw() is used up
  std::size_t searched_ = 0;  // no line feed up to here is new to the head parser
  std::uint64_t left_ = 0;    // of a sized body
  unsigned full_reads_ = 0;
  std::size_t last_space_ = 0;
  ChunkedDecoder chunks_;
  ResponseHead head_;
  State state_ = State::head;
  bool to_head_request_ = false;
  bool head_is_kept_ = false;
};

}  // namespace gatehouse::net
