#pragma once
#include <optional>
#include <string>
#include <vector>

#include <gatehouse/json/value.hpp>
#include <gatehouse/net/loop.hpp>

#include "gateway/catalog/server_lists.hpp"
#include "gateway/cli/connection.hpp"

namespace gatehouse::cli {

/// What a server said when the gateway's questions were put to it: handshake and all lists.
struct Report {
  std::string name;
  std::string address;
  std::optional<Error> error;  ///< Then the rest is empty.
  mcp::Revision revision = mcp::kLatest;
  mcp::Implementation implementation;
  std::array<std::size_t, 4> counts{};  ///< By ListKind.
};

/// Asks all servers at the same time, each with its own time limits. In the order of `servers`.
Task<std::vector<Report>> probe(net::Loop& loop, const std::vector<upstream::Options>& servers, bool verbose,
                                Cancel& cancel);

[[nodiscard]] std::string report_table(const std::vector<Report>& reports);
[[nodiscard]] json::Value to_json(const std::vector<Report>& reports);
/// Says on standard error what failed and returns the exit code: kOk, or kUnreachable if a server failed.
int show_failures(const std::vector<Report>& reports);

}  // namespace gatehouse::cli
