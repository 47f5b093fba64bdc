#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace gatehouse {

/// RFC 4648, section 5, without padding.
[[nodiscard]] std::string to_base64url(std::string_view bytes);
/// None for anything but the one spelling of some bytes: no padding, no white space, no bits that stand for nothing.
[[nodiscard]] std::optional<std::string> from_base64url(std::string_view text);

}  // namespace gatehouse
