#include <gatehouse/base/task_group.hpp>

#include "gateway/cli/commands.hpp"
#include "gateway/cli/content.hpp"
#include "gateway/cli/exit_code.hpp"
#include "gateway/cli/interruptible.hpp"
#include "gateway/cli/list_tools.hpp"
#include "gateway/cli/output.hpp"
#include "gateway/cli/table.hpp"
#include "gateway/cli/target.hpp"

namespace gatehouse::cli {
namespace {

/// One server's tools, or why they are not known.
struct Listing {
  const upstream::Options* server = nullptr;
  Result<std::vector<Tool>> tools;
};

Task<void> ask_one(net::Loop& loop, Listing& listing, bool verbose, Cancel& cancel) {
  auto connection = co_await Connection::open(loop, *listing.server, {.verbose = verbose}, cancel);
  if (!connection) {
    listing.tools = fail(std::move(connection.error()));
    co_return;
  }
  listing.tools = co_await list_tools(**connection, cancel);
  co_await (*connection)->close();
}

std::string_view description(const json::Value& tool) {
  const std::string_view text = tool.text("description", tool.text("title"));
  return text.substr(0, text.find('\n'));
}

void print_table(const std::vector<Listing>& listings) {
  std::vector<Row> rows;
  for (const Listing& listing : listings) {
    if (!listing.tools) continue;
    for (const auto& [name, definition] : *listing.tools) {
      rows.push_back({shown_tool(*listing.server, name), signature(definition), std::string(description(definition))});
    }
  }
  print(table({{"TOOL"}, {"ARGUMENTS", 32}, {"DESCRIPTION"}}, rows, output_style()));
}

void print_json(const std::vector<Listing>& listings) {
  auto list = json::Value::array();
  for (const Listing& listing : listings) {
    if (!listing.tools) continue;
    for (const auto& [name, definition] : *listing.tools) {
      auto entry = json::Value::object({{"name", shown_tool(*listing.server, name)}});
      if (!listing.server->name.empty()) entry.set("server", listing.server->name);
      entry.set("tool", definition);
      list.push(std::move(entry));
    }
  }
  print(list.pretty() + "\n");
}

/// One tool in full.
int print_tool(const Listing& listing, const std::string& wanted, bool json) {
  if (!listing.tools) return exit_code::kUnreachable;
  for (const auto& [name, tool] : *listing.tools) {
    if (name != wanted) continue;
    if (json) return print(tool.pretty() + "\n"), exit_code::kOk;
    std::string text =
        styled(shown_tool(*listing.server, name), Style::bold, has_color(Stream::out)) + " " + signature(tool) + "\n";
    const std::string about(tool.text("description"));
    text += about.empty() ? "" : "\n" + harmless(about) + "\n";
    for (const std::string_view key : {"inputSchema", "outputSchema", "annotations"}) {
      if (const json::Value* part = tool.find(key)) text += "\n" + std::string(key) + ": " + part->pretty() + "\n";
    }
    print(text);
    return exit_code::kOk;
  }
  complain(shown_name(*listing.server) + " has no tool '" + one_line(wanted) + "'");
  return exit_code::kUsage;
}

Task<int> show_tools(net::Loop& loop, const ToolsOptions& options, std::vector<Listing> listings,
                     const std::string& tool, Cancel& cancel) {
  TaskGroup tasks;
  for (Listing& listing : listings) tasks.spawn(ask_one(loop, listing, options.target.verbose, cancel));
  co_await tasks.join();
  if (cancel.requested()) co_return exit_code::kOk;
  int code = exit_code::kOk;
  if (!tool.empty())
    code = print_tool(listings.front(), tool, options.json);
  else
    options.json ? print_json(listings) : print_table(listings);
  for (const Listing& listing : listings) {
    if (!listing.tools) code = std::max(code, show_failure(shown_name(*listing.server), listing.tools.error()));
  }
  co_return code;
}

}  // namespace

int run_tools(const ToolsOptions& options) {
  const auto servers = servers_of(options.target);
  if (!servers) return exit_code::kUsage;
  if (options.target.verbose) show_log();
  std::vector<Listing> listings;
  ToolName wanted;
  if (options.name.empty()) {
    for (const auto& server : *servers) listings.push_back({&server, {}});
    if (servers->empty()) complain("no servers are configured");
  } else {
    const auto found = find_tool(*servers, options.name);
    if (!found) return exit_code::kUsage;
    wanted = *found;
    listings.push_back({wanted.server, {}});
  }
  return run_interruptible([&](net::Loop& loop, Cancel& cancel) {
    return show_tools(loop, options, std::move(listings), wanted.tool, cancel);
  });
}

}  // namespace gatehouse::cli
