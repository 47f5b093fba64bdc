#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace gatehouse::seal {

/// RFC 4648, section 5, without padding.
[[nodiscard]] std::string to_base64url(std::string_view bytes);
/// None for anything but the one spelling of some bytes.
[[nodiscard]] std::optional<std::string> from_base64url(std::string_view text);

}  // namespace gatehouse::seal
