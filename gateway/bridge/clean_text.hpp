#pragma once
#include <string>
#include <string_view>

namespace gatehouse::bridge {

/// An error message of a server without what its client must not see: stack traces are cut, credentials replaced by `[removed]`.
/// Rule: GB-391.
[[nodiscard]] std::string clean_text(std::string_view text);

}  // namespace gatehouse::bridge
