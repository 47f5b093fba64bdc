#pragma once
#include <string>
#include <vector>

#include "gateway/cli/connection.hpp"

namespace gatehouse::cli {

struct Tool {
  std::string name;  ///< As the server knows it.
  json::Value definition;
};

/// All pages of the server's tools, in its order; none if it has no tools at all.
/// Errors: as client::Link::request; bad_reply, also when the list does not end.
Task<Result<std::vector<Tool>>> list_tools(Connection& connection, Cancel& cancel);

}  // namespace gatehouse::cli
