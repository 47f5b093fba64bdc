#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "gateway/catalog/server_lists.hpp"

namespace gatehouse::catalog {

/// Which icons of definitions clients get to see. They check that an icon comes from the server's own origin, which behind a gateway
/// it never does (GB-273).
enum class Icons : std::uint8_t {
  embedded,  ///< `data:` only
  keep,
  drop,
  inlined,  ///< `data:`, and what SettleRules::icon makes of the others.
};

struct SettleRules {
  bool drops_invalid_headers =
      false;  ///< Tools with invalid `x-mcp-header`: for stateless HTTP servers (TR-555, GB-253).
  Icons icons = Icons::embedded;
  std::function<std::string(const std::string& source)> icon = {};  ///< Its `data:` URL; empty: it goes.
  ToolWords words = {};
};

/// Where the icons of all definitions come from, `data:` aside. Pure.
[[nodiscard]] std::vector<std::string> icon_sources(const ServerLists& lists);

/// Makes lists ready for being merged, once after they were read: annotations are compiled, definitions get their other forms, what
/// nobody may see is removed. Returns a sentence for each thing the operator should know. Pure.
[[nodiscard]] std::vector<std::string> settle(ServerLists& lists, const SettleRules& rules);

}  // namespace gatehouse::catalog
