#pragma once
#include <string>
#include <string_view>

#include <gatehouse/base/buffer.hpp>

namespace gatehouse::json::test {

/// A text with `kSlack` bytes behind it, as it stands in a read buffer: what follows is somebody else's.
class Padded {
 public:
  explicit Padded(std::string_view text, char slack = '}') : bytes_(text), size_(text.size()) {
    bytes_.append(kSlack, slack);
  }
  [[nodiscard]] std::string_view view() const { return std::string_view(bytes_).substr(0, size_); }

 private:
  std::string bytes_;
  std::size_t size_;
};

}  // namespace gatehouse::json::test
