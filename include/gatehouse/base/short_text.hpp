#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace gatehouse {

/// Text that is put together from pieces and, as long as it is short, needs no memory but its own `kShort` bytes.
template <std::size_t kShort>
class ShortText {
 public:
  ShortText() = default;
  ShortText(const ShortText&) = delete;  // views into it would not follow
  ShortText& operator=(const ShortText&) = delete;

  ShortText& append(std::string_view text) {
    if (long_.empty() && text.size() <= kShort - size_) {
      size_ += text.copy(short_ + size_, text.size());
      return *this;
    }
    if (long_.empty()) long_.assign(short_, size_);
    long_.append(text);
    return *this;
  }
  /// Valid until the next `append`.
  [[nodiscard]] std::string_view view() const {
    return long_.empty() ? std::string_view(short_, size_) : std::string_view(long_);
  }

 private:
  char short_[kShort];
  std::size_t size_ = 0;
  std::string long_;  // all of it, once it is too long
};

}  // namespace gatehouse
