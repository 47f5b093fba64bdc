#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace gatehouse::ratelimit {

/// The canonical name of a tool, `server.tool`, without putting it together.
struct Name {
  std::string_view server, local;
  [[nodiscard]] std::size_t size() const { return server.size() + 1 + local.size(); }
  [[nodiscard]] char operator[](std::size_t at) const {
    if (at < server.size()) return server[at];
    return at == server.size() ? '.' : local[at - server.size() - 1];
  }
};

/// Longer names are not looked at: they match every pattern, and all of them are one tool.
inline constexpr std::size_t kMaxName = 512;

/// `*` stands for any characters, `?` for one. Upper and lower case differ, as in names of tools.
[[nodiscard]] bool matches(std::string_view pattern, const Name& name);

}  // namespace gatehouse::ratelimit
