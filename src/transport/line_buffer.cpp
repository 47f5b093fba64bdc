#include "src/transport/line_buffer.hpp"

#include <algorithm>
#include <cstring>

namespace gatehouse::transport {
namespace {

constexpr std::size_t kSmallRead = 4096;
constexpr std::size_t kLargeRead = 65536;

void truncate(Buffer& buffer, std::size_t size) {
  buffer.clear();
  buffer.grew(size);
}

}  // namespace

void LineBuffer::make_room() {
  if (begin_ > 0) {
    bytes_.drop_front(begin_);
    searched_ -= begin_;
    begin_ = 0;
  }
  const std::size_t held = bytes_.size();
  if (held == 0 && bytes_.capacity() > kLargeRead) bytes_ = Buffer{};
  if (held < kSmallRead) {
    bytes_.reserve(kSmallRead * 2);
  } else if (bytes_.free() < kLargeRead) {
    bytes_.reserve(std::max(held + kLargeRead, std::min(2 * held, max_line_bytes_ + kLargeRead)));
  }
}

Result<std::optional<Buffer>> LineBuffer::next() {
  const char* const from = bytes_.data() + searched_;
  const std::size_t unsearched = bytes_.size() - searched_;
  const void* const end = unsearched == 0 ? nullptr : std::memchr(from, '\n', unsearched);
  const std::size_t length =
      (end ? searched_ + static_cast<std::size_t>(static_cast<const char*>(end) - from) : bytes_.size()) - begin_;
  if (length > max_line_bytes_) return fail(Kind::too_large, Origin::upstream, "a line is longer than allowed");
  if (!end) {
    searched_ = bytes_.size();
    return std::nullopt;
  }
  return take(length, length + 1);
}

std::optional<Buffer> LineBuffer::rest() {
  const std::size_t length = bytes_.size() - begin_;
  if (length == 0) return std::nullopt;
  return take(length, length);
}

// A line that fills most of the buffer leaves in it, and what follows moves; a short one is copied out.
Buffer LineBuffer::take(std::size_t length, std::size_t with_end) {
  const std::string_view line = bytes_.view().substr(begin_, length);
  const std::string_view rest = bytes_.view().substr(begin_ + with_end);
  const std::size_t without_cr = length - (line.ends_with('\r') ? 1 : 0);
  if (begin_ == 0 && length > kSmallRead && length > rest.size()) {
    Buffer follows;
    follows.append(rest);
    Buffer out = std::exchange(bytes_, std::move(follows));
    truncate(out, without_cr);
    searched_ = 0;
    return out;
  }
  Buffer out = Buffer::copy_of(line.substr(0, without_cr));
  begin_ += with_end;
  searched_ = begin_;
  return out;
}

}  // namespace gatehouse::transport
