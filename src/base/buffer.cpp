#include <gatehouse/base/buffer.hpp>

#include <algorithm>
#include <cstring>

namespace gatehouse {

Buffer Buffer::copy_of(std::string_view bytes) {
  Buffer copy(bytes.size());
  copy.append(bytes);
  return copy;
}

void Buffer::drop_front(std::size_t bytes) {
  size_ -= bytes;
  if (size_ > 0) std::memmove(data_.get(), data_.get() + bytes, size_);
}

void Buffer::append(std::string_view bytes) {
  if (bytes.empty()) return;
  if (bytes.size() > free()) {
    // The bytes may lie in this very buffer, so they are copied before the old memory goes.
    Buffer grown(std::max(size_ + bytes.size(), 2 * capacity_));
    if (size_ > 0) std::memcpy(grown.data(), data_.get(), size_);
    std::memcpy(grown.data() + size_, bytes.data(), bytes.size());
    grown.size_ = size_ + bytes.size();
    *this = std::move(grown);
    return;
  }
  std::memcpy(tail(), bytes.data(), bytes.size());
  size_ += bytes.size();
}

void Buffer::reserve(std::size_t capacity) {
  if (capacity <= capacity_) return;
  Buffer grown(capacity);
  grown.append(view());
  *this = std::move(grown);
}

}  // namespace gatehouse
