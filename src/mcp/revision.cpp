#include <gatehouse/mcp/revision.hpp>

#include <algorithm>

namespace gatehouse::mcp {
namespace {

constexpr std::array<std::string_view, kRevisions.size()> kNames = {"2024-11-05", "2025-03-26", "2025-06-18",
                                                                    "2025-11-25", "2026-07-28"};

bool is_date(std::string_view text) {
  if (text.size() != 10) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 4 || i == 7;
    if (dash ? text[i] != '-' : text[i] < '0' || text[i] > '9') return false;
  }
  return true;
}

}  // namespace

std::string_view to_string(Revision revision) { return kNames[static_cast<std::size_t>(revision)]; }

std::optional<Revision> parse_revision(std::string_view text) {
  for (std::size_t i = kNames.size(); i-- > 0;) {  // the newest are the most frequent
    if (kNames[i] == text) return kRevisions[i];
  }
  return std::nullopt;
}

bool looks_modern(std::string_view version_text) {
  if (const auto known = parse_revision(version_text)) return is_modern(*known);
  // An old-looking date that we do not know stays with the legacy rules; anything else is for the modern error, which lists
  // what we do know.
  return !is_date(version_text) || version_text >= to_string(Revision::v2026_07_28);
}

}  // namespace gatehouse::mcp
