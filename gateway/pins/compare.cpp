#include "gateway/pins/compare.hpp"

#include <algorithm>
#include <span>

#include "gateway/bridge/canonical.hpp"

namespace gatehouse::pins {
namespace {

constexpr std::size_t kMaxTable = 4'000'000;  // pairs of lines

using Lines = std::span<const std::string_view>;

void compare_into(std::vector<Difference>& differences, const std::string& path, const json::Value& before,
                  const json::Value& after) {
  const auto* old_members = before.as_object();
  const auto* new_members = after.as_object();
  if (!old_members || !new_members) {
    if (bridge::canonical(before) != bridge::canonical(after)) differences.push_back({path, before, after});
    return;
  }
  const auto inner = [&path](const std::string& key) { return path.empty() ? key : path + "." + key; };
  for (const auto& [key, value] : *old_members) {
    if (const json::Value* other = after.find(key))
      compare_into(differences, inner(key), value, *other);
    else
      differences.push_back({inner(key), value, std::nullopt});
  }
  for (const auto& [key, value] : *new_members)
    if (!before.find(key)) differences.push_back({inner(key), std::nullopt, value});
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  for (;;) {
    const auto end = text.find('\n');
    lines.push_back(text.substr(0, end));
    if (end == text.npos) return lines;
    text.remove_prefix(end + 1);
  }
}

void append(std::vector<Line>& out, Line::What what, Lines lines) {
  for (const std::string_view line : lines) out.push_back({what, std::string(line)});
}

/// The longest common subsequence, by the table of what is common from each pair of lines on.
void append_changed(std::vector<Line>& out, Lines before, Lines after) {
  const std::size_t width = after.size() + 1;
  std::vector<std::uint32_t> common((before.size() + 1) * width, 0);
  for (std::size_t i = before.size(); i-- > 0;)
    for (std::size_t j = after.size(); j-- > 0;)
      common[i * width + j] = before[i] == after[j] ? common[(i + 1) * width + j + 1] + 1
                                                    : std::max(common[(i + 1) * width + j], common[i * width + j + 1]);
  std::size_t i = 0, j = 0;
  while (i < before.size() && j < after.size()) {
    if (before[i] == after[j]) {
      append(out, Line::What::same, before.subspan(i++, 1));
      ++j;
    } else if (common[(i + 1) * width + j] >= common[i * width + j + 1]) {
      append(out, Line::What::removed, before.subspan(i++, 1));
    } else {
      append(out, Line::What::added, after.subspan(j++, 1));
    }
  }
  append(out, Line::What::removed, before.subspan(i));
  append(out, Line::What::added, after.subspan(j));
}

}  // namespace

std::vector<Difference> compare(const json::Value& before, const json::Value& after) {
  std::vector<Difference> differences;
  compare_into(differences, "", before, after);
  return differences;
}

std::vector<Line> compare_lines(std::string_view before, std::string_view after) {
  const auto old_lines = lines_of(before), new_lines = lines_of(after);
  Lines removed(old_lines), added(new_lines);
  const auto [old_end, new_end] = std::ranges::mismatch(removed, added);
  const auto prefix = static_cast<std::size_t>(old_end - removed.begin());
  removed = removed.subspan(prefix);
  added = added.subspan(prefix);
  std::size_t suffix = 0;
  while (suffix < std::min(removed.size(), added.size()) &&
         removed[removed.size() - 1 - suffix] == added[added.size() - 1 - suffix])
    ++suffix;
  std::vector<Line> out;
  append(out, Line::What::same, Lines(old_lines).first(prefix));
  removed = removed.first(removed.size() - suffix);
  added = added.first(added.size() - suffix);
  if ((removed.size() + 1) * (added.size() + 1) <= kMaxTable) {
    append_changed(out, removed, added);
  } else {
    append(out, Line::What::removed, removed);
    append(out, Line::What::added, added);
  }
  append(out, Line::What::same, Lines(old_lines).last(suffix));
  return out;
}

}  // namespace gatehouse::pins
