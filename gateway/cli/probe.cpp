#include "gateway/cli/probe.hpp"

#include <gatehouse/base/task_group.hpp>

#include "gateway/cli/exit_code.hpp"
#include "gateway/cli/output.hpp"
#include "gateway/cli/table.hpp"
#include "gateway/cli/target.hpp"
#include "gateway/upstream/fetch_lists.hpp"

namespace gatehouse::cli {
namespace {

std::string_view era(mcp::Revision revision) { return mcp::is_modern(revision) ? "modern" : "legacy"; }

std::string implementation(const Report& report) {
  const auto& [name, version, title] = report.implementation;
  return version.empty() ? name : name + " " + version;
}

Task<void> probe_one(net::Loop& loop, const upstream::Options& server, bool verbose, Report& report, Cancel& cancel) {
  report.name = server.name;
  report.address = shown_address(server);
  Cancel own;
  const Cancel::Hook stop(cancel, [&] { own.request(cancel.reason()); });
  auto connection = co_await Connection::open(loop, server, {.verbose = verbose}, own);
  if (!connection) {
    report.error = std::move(connection.error());
    co_return;
  }
  const client::Peer& peer = (*connection)->peer();
  report.revision = peer.revision;
  report.implementation = peer.implementation;
  upstream::FetchOptions fetching;
  fetching.server_name = server.name;
  fetching.timeout = server.timeout;
  auto lists = co_await upstream::fetch_lists((*connection)->link(), std::move(fetching), own);
  if (!lists)
    report.error = std::move(lists.error());
  else
    for (const mcp::ListKind kind : mcp::kListKinds)
      report.counts[static_cast<std::size_t>(kind)] = lists->lists.of(kind).size();
  co_await (*connection)->close();
}

}  // namespace

Task<std::vector<Report>> probe(net::Loop& loop, const std::vector<upstream::Options>& servers, bool verbose,
                                Cancel& cancel) {
  std::vector<Report> reports(servers.size());
  TaskGroup tasks;
  for (std::size_t i = 0; i < servers.size(); ++i)
    tasks.spawn(probe_one(loop, servers[i], verbose, reports[i], cancel));
  co_await tasks.join();
  co_return reports;
}

std::string report_table(const std::vector<Report>& reports) {
  std::vector<Row> rows;
  for (const Report& report : reports) {
    if (report.error) {
      rows.push_back({report.name, "failed", "", "", "", "", "", report.address});
      continue;
    }
    const auto count = [&](mcp::ListKind kind) { return std::to_string(report.counts[static_cast<std::size_t>(kind)]); };
    rows.push_back({report.name, "ok", std::string(mcp::to_string(report.revision)), count(mcp::ListKind::tools),
                    count(mcp::ListKind::resources), count(mcp::ListKind::templates), count(mcp::ListKind::prompts),
                    implementation(report)});
  }
  return table(
      {{"SERVER"}, {"STATE"}, {"PROTOCOL"}, {"TOOLS"}, {"RESOURCES"}, {"TEMPLATES"}, {"PROMPTS"}, {"SAYS IT IS"}}, rows,
      output_style());
}

json::Value to_json(const std::vector<Report>& reports) {
  auto list = json::Value::array();
  for (const Report& report : reports) {
    auto entry = json::Value::object({{"name", report.name}, {"address", report.address}, {"ok", !report.error}});
    if (report.error) {
      entry.set("error", json::Value::object({{"kind", to_string(report.error->kind)},
                                              {"message", report.error->message},
                                              {"detail", report.error->detail}}));
    } else {
      entry.set("era", era(report.revision));
      entry.set("protocolVersion", mcp::to_string(report.revision));
      entry.set("implementation", mcp::to_json(report.implementation));
      for (const mcp::ListKind kind : mcp::kListKinds)
        entry.set(mcp::items_member(kind), report.counts[static_cast<std::size_t>(kind)]);
    }
    list.push(std::move(entry));
  }
  return list;
}

int show_failures(const std::vector<Report>& reports) {
  int code = exit_code::kOk;
  for (const Report& report : reports) {
    if (!report.error) continue;
    (void)show_failure(report.name, *report.error);
    code = exit_code::kUnreachable;
  }
  return code;
}

}  // namespace gatehouse::cli
