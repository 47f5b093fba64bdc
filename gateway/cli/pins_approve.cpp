#include <algorithm>

#include "gateway/cli/exit_code.hpp"
#include "gateway/cli/output.hpp"
#include "gateway/cli/pins_place.hpp"
#include "gateway/keyfile/files.hpp"

namespace gatehouse::cli {
namespace {

using pins::Book;
using pins::ToolKey;

std::unexpected<Error> wrong(std::string message) {
  return fail(Kind::invalid_params, Origin::client, std::move(message));
}

Book::Pins::const_iterator find(const Book::Pins& pins, std::string_view name) {
  return std::ranges::find_if(pins, [name](const auto& entry) { return name_of(entry.first) == name; });
}

/// The tool that `name` means, if it waits, and with the hash that the caller has seen.
Result<ToolKey> waiting_tool(const Book::Pins& pins, std::string_view name) {
  auto found = find(pins, name);
  std::string_view hash;
  if (const auto at = name.rfind('@'); found == pins.end() && at != name.npos) {
    hash = name.substr(at + 1);
    found = find(pins, name.substr(0, at));
    if (hash.empty()) return wrong("no hash stands behind the '@' of '" + std::string(name) + "'");
  }
  if (found == pins.end())
    return wrong("no tool '" + std::string(name) + "' is known; `gatehouse tools diff` lists what waits");
  const auto& [tool, pin] = *found;
  if (!pin.waiting) return wrong("nothing waits for '" + name_of(tool) + "'; it is as it was approved");
  if (!pin.waiting->hash.starts_with(hash))
    return wrong("'" + name_of(tool) + "' has changed once more, look at it again: it is @" +
                 std::string(short_hash(*pin.waiting)) + " now");
  return tool;
}

Result<std::vector<ToolKey>> wanted_tools(const Book::Pins& pins, const ToolsApproveOptions& options) {
  std::vector<ToolKey> tools;
  if (options.all) {
    for (const auto& [tool, pin] : pins)
      if (pin.waiting) tools.push_back(tool);
  }
  for (const std::string& name : options.names) {
    auto tool = waiting_tool(pins, name);
    if (!tool) return fail(std::move(tool.error()));
    if (std::ranges::find(tools, *tool) == tools.end()) tools.push_back(std::move(*tool));
  }
  return tools;
}

/// What a running gateway writes meanwhile is neither lost nor approved.
Result<std::vector<ToolKey>> approve(const std::string& file, const ToolsApproveOptions& options) {
  const auto lock = keyfile::Lock::take(file);
  if (!lock) return fail(Error(lock.error()));
  auto pins = read_pins(file);
  if (!pins) return fail(std::move(pins.error()));
  auto tools = wanted_tools(*pins, options);
  if (!tools || tools->empty()) return tools;
  Book book;
  book.take(std::move(*pins));
  for (const ToolKey& tool : *tools) (void)book.approve(tool);
  if (auto written = keyfile::replace_file(file, pins::write_book(book.pins())); !written)
    return fail(std::move(written.error()));
  return tools;
}

}  // namespace

int run_tools_approve(const ToolsApproveOptions& options) {
  if (options.all == !options.names.empty()) {
    complain("name the tools to approve, or say --all");
    return exit_code::kUsage;
  }
  const auto file = pins_file_of(options.pins);
  if (!file) return exit_code::kUsage;
  const auto approved = approve(*file, options);
  if (!approved) return show_pins_failure(approved.error());
  for (const ToolKey& tool : *approved) print(one_line(name_of(tool)) + " is approved.\n");
  if (approved->empty()) print("Nothing waits.\n");
  return checked_output(exit_code::kOk);
}

}  // namespace gatehouse::cli
