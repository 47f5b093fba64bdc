#pragma once
#include <optional>
#include <string>
#include <string_view>

/// `application/x-www-form-urlencoded`.
namespace gatehouse::identity {

[[nodiscard]] std::string form_encoded(std::string_view text);
/// The one value of a name. None: it is missing, comes twice, or is not encoded right.
[[nodiscard]] std::optional<std::string> form_value(std::string_view form, std::string_view name);

}  // namespace gatehouse::identity
