#pragma once
#include <cstddef>
#include <memory>
#include <string_view>
#include <utility>

namespace gatehouse {

/// Bytes that may be read (not used) behind the end of any Buffer: the JSON parser reads in wide steps.
inline constexpr std::size_t kSlack = 64;

/// An owned run of bytes with `kSlack` readable bytes behind its capacity. Moves keep the bytes in place, so views survive.
class Buffer {
 public:
  Buffer() = default;
  explicit Buffer(std::size_t capacity) : data_(new char[capacity + kSlack]), capacity_(capacity) {}
  Buffer(Buffer&& other) noexcept
      : data_(std::move(other.data_)),
        capacity_(std::exchange(other.capacity_, 0)),
        size_(std::exchange(other.size_, 0)) {}
  Buffer& operator=(Buffer&& other) noexcept {
    data_ = std::move(other.data_);
    capacity_ = std::exchange(other.capacity_, 0);
    size_ = std::exchange(other.size_, 0);
    return *this;
  }
  static Buffer copy_of(std::string_view bytes);

  [[nodiscard]] char* data() { return data_.get(); }
  [[nodiscard]] const char* data() const { return data_.get(); }
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] std::size_t capacity() const { return capacity_; }
  [[nodiscard]] std::size_t free() const { return capacity_ - size_; }
  [[nodiscard]] char* tail() { return data_.get() + size_; }  ///< Where the next byte goes.
  [[nodiscard]] std::string_view view() const { return {data_.get(), size_}; }
  [[nodiscard]] explicit operator bool() const { return data_ != nullptr; }

  void grew(std::size_t bytes) { size_ += bytes; }  ///< After writing to `tail()`. REQUIRES: bytes <= free().
  void clear() { size_ = 0; }
  void drop_back(std::size_t bytes) { size_ -= bytes; }  ///< REQUIRES: bytes <= size().
  void drop_front(std::size_t bytes);                    ///< Moves the rest to the front. REQUIRES: bytes <= size().
  void append(std::string_view bytes);  ///< Grows if needed (doubling); views into the buffer die then.
  void reserve(std::size_t capacity);   ///< Never shrinks; views die if it grows.

 private:
  std::unique_ptr<char[]> data_;
  std::size_t capacity_ = 0;
  std::size_t size_ = 0;
};

}  // namespace gatehouse
