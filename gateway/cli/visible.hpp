#pragma once
#include <string>
#include <string_view>

namespace gatehouse::cli {

/// One line of a peer's text as a person has to see it who judges it: characters that a terminal does not show or that turn others
/// around (zero width, direction, tags, variations, line separators) are written as `<U+200B>`, control characters as '?'.
[[nodiscard]] std::string visible(std::string_view line);

}  // namespace gatehouse::cli
