#include <algorithm>

#include "gateway/cli/exit_code.hpp"
#include "gateway/cli/output.hpp"
#include "gateway/cli/pins_place.hpp"
#include "gateway/cli/visible.hpp"
#include "gateway/keyfile/times.hpp"
#include "gateway/pins/compare.hpp"

namespace gatehouse::cli {
namespace {

using pins::Difference;
using pins::Line;

struct Waiting {
  const pins::ToolKey& tool;
  const pins::Pin& pin;

  [[nodiscard]] std::vector<Difference> differences() const {
    const auto nothing = json::Value::object({{"name", tool.second}});
    return pins::compare(pin.approved ? pin.approved->definition : nothing, pin.waiting->definition);
  }
};

json::Value to_json(const Waiting& waiting) {
  auto changes = json::Value::array();
  for (Difference& difference : waiting.differences()) {
    auto change = json::Value::object({{"path", difference.path}});
    if (difference.before) change.set("before", std::move(*difference.before));
    if (difference.after) change.set("after", std::move(*difference.after));
    changes.push(std::move(change));
  }
  return json::Value::object({{"name", name_of(waiting.tool)},
                              {"server", waiting.tool.first},
                              {"tool", waiting.tool.second},
                              {"state", waiting.pin.approved ? "changed" : "new"},
                              {"hash", waiting.pin.waiting->hash},
                              {"seen_at", keyfile::write_time(waiting.pin.waiting->seen_at)},
                              {"changes", std::move(changes)}});
}

std::string text_of(const json::Value& value) {
  const std::string* text = value.as_string();
  return text ? *text : value.pretty();
}

std::vector<Line> lines_of(const Difference& difference) {
  if (difference.before && difference.after)
    return pins::compare_lines(text_of(*difference.before), text_of(*difference.after));
  auto lines = pins::compare_lines(text_of(difference.before ? *difference.before : *difference.after), "");
  std::erase_if(lines, [](const Line& line) { return line.what == Line::What::added; });
  for (Line& line : lines) line.what = difference.before ? Line::What::removed : Line::What::added;
  return lines;
}

std::string shown(const Line& line, bool color) {
  const std::string text = visible(line.text);
  switch (line.what) {
    case Line::What::same: return "      " + text + "\n";
    case Line::What::removed: return styled("    - " + text, Style::red, color) + "\n";
    case Line::What::added: return styled("    + " + text, Style::bold, color) + "\n";
  }
  return {};
}

void print_waiting(const Waiting& waiting, bool color) {
  const pins::Version& now = *waiting.pin.waiting;
  print(styled(visible(name_of(waiting.tool)), Style::bold, color) +
        (waiting.pin.approved ? " is not what was approved" : " is new") + ", since " +
        keyfile::write_time(now.seen_at) + "\n");
  for (const Difference& difference : waiting.differences()) {
    print("  " + visible(difference.path) + "\n");
    for (const Line& line : lines_of(difference)) print(shown(line, color));
  }
  print("  gatehouse tools approve " + visible(name_of(waiting.tool)) + "@" + std::string(short_hash(now)) + "\n\n");
}

void print_all(const std::vector<Waiting>& all, bool json) {
  if (json) {
    auto list = json::Value::array();
    for (const Waiting& waiting : all) list.push(to_json(waiting));
    return print(list.pretty() + "\n");
  }
  for (const Waiting& waiting : all) print_waiting(waiting, has_color(Stream::out));
  if (all.empty()) print("Nothing waits.\n");
}

}  // namespace

int run_tools_diff(const ToolsDiffOptions& options) {
  const auto file = pins_file_of(options.pins);
  if (!file) return exit_code::kUsage;
  const auto pins = read_pins(*file);
  if (!pins) return show_pins_failure(pins.error());
  std::vector<Waiting> all;
  bool is_known = options.name.empty();
  for (const auto& [tool, pin] : *pins) {
    if (!options.name.empty() && options.name != tool.first && options.name != name_of(tool)) continue;
    is_known = true;
    if (pin.waiting) all.push_back({tool, pin});
  }
  if (!is_known) {
    complain("no tool or server '" + one_line(options.name) + "' is known in " + *file);
    return exit_code::kUsage;
  }
  print_all(all, options.json);
  return checked_output(all.empty() ? exit_code::kOk : exit_code::kFailed);
}

}  // namespace gatehouse::cli
