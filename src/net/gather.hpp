#pragma once
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include <sys/uio.h>

namespace gatehouse::net {

/// What is still to be sent of a head and the pieces behind it. Borrows the bytes.
class Gather {
 public:
  explicit Gather(std::string_view first, std::span<const std::string_view> rest = {}) : first_(first), rest_(rest) {
    for (const std::string_view piece : rest) left_ += piece.size();
    left_ += first.size();
  }

  [[nodiscard]] bool empty() const { return left_ == 0; }
  [[nodiscard]] std::size_t size() const { return left_; }

  /// Describes the next bytes, at most `out.size()` pieces of them. Returns how many entries were filled.
  [[nodiscard]] std::size_t fill(std::span<iovec> out) const {
    std::size_t count = 0;
    if (!first_.empty()) out[count++] = entry(first_);
    for (std::size_t i = 0; i < rest_.size() && count < out.size(); ++i) {
      const std::string_view piece = i == 0 ? rest_[0].substr(skip_) : rest_[i];
      if (!piece.empty()) out[count++] = entry(piece);
    }
    return count;
  }

  /// Copies the next bytes, at most `out.size()` of them, together. Returns how many.
  [[nodiscard]] std::size_t copy(std::span<char> out) const {
    if (left_ <= out.size()) return copy_all(out.data());
    std::size_t at = first_.copy(out.data(), out.size());
    for (std::size_t i = 0; i < rest_.size() && at < out.size(); ++i) {
      at += (i == 0 ? rest_[0].substr(skip_) : rest_[i]).copy(out.data() + at, out.size() - at);
    }
    return at;
  }

  void append_to(std::string& out) const {
    out.append(first_);
    for (std::size_t i = 0; i < rest_.size(); ++i) out.append(i == 0 ? rest_[0].substr(skip_) : rest_[i]);
  }

  void sent(std::size_t bytes) {
    if (bytes == left_) {
      *this = Gather({});
      return;
    }
    left_ -= bytes;
    const std::size_t head = bytes < first_.size() ? bytes : first_.size();
    first_.remove_prefix(head);
    skip_ += bytes - head;
    while (!rest_.empty() && skip_ >= rest_.front().size()) {
      skip_ -= rest_.front().size();
      rest_ = rest_.subspan(1);
    }
  }

 private:
  std::size_t copy_all(char* out) const {
    const auto put = [&out](std::string_view piece) { out += piece.copy(out, piece.size()); };
    put(first_);
    if (!rest_.empty()) put(rest_.front().substr(skip_));
    for (std::size_t i = 1; i < rest_.size(); ++i) put(rest_[i]);
    return left_;
  }
  static iovec entry(std::string_view bytes) { return {const_cast<char*>(bytes.data()), bytes.size()}; }

  std::string_view first_;
  std::span<const std::string_view> rest_;
  std::size_t skip_ = 0;  // bytes of rest_.front() that are gone
  std::size_t left_ = 0;
};

}  // namespace gatehouse::net
