#pragma once
#include <cstddef>
#include <optional>
#include <string_view>

#include <gatehouse/base/buffer.hpp>
#include <gatehouse/base/error.hpp>

namespace gatehouse::transport {

/// Cuts a byte stream into lines, without I/O: fill `tail()`, tell with `grew`, take lines with `next`.
/// Every byte is searched once; a long line is handed over in the memory it arrived in; between lines little memory is held.
class LineBuffer {
 public:
  explicit LineBuffer(std::size_t max_line_bytes) : max_line_bytes_(max_line_bytes) {}

  /// Room for the next read: small at first, large within a long line. Views into the buffer die.
  void make_room();
  [[nodiscard]] char* tail() { return bytes_.tail(); }
  [[nodiscard]] std::size_t free() const { return bytes_.free(); }
  void grew(std::size_t bytes) { bytes_.grew(bytes); }

  /// The next line without its line end (LF or CRLF); nothing while it is unfinished. Errors: too_large.
  [[nodiscard]] Result<std::optional<Buffer>> next();
  /// What stands behind the last line end, when the stream is over.
  [[nodiscard]] std::optional<Buffer> rest();

 private:
  Buffer take(std::size_t length, std::size_t with_end);
  Buffer bytes_;
  std::size_t begin_ = 0;     // of the unfinished line
  std::size_t searched_ = 0;  // no LF between begin_ and here
  std::size_t max_line_bytes_;
};

}  // namespace gatehouse::transport
