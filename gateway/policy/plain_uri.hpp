#pragma once
#include <string_view>

namespace gatehouse::policy {

/// Whether every reader takes this URI for the same thing. Not plain are: a segment `.` or `..`, an empty segment, a backslash, an
/// encoded character that needs no encoding (`%61`) or that would change the path if a server decoded it (`%2e`, `%2f`, `%5c`, `%25`),
/// a capital letter in scheme or host. Rules about resources judge plain URIs and those that a server lists itself.
[[nodiscard]] bool is_plain_uri(std::string_view uri);

}  // namespace gatehouse::policy
