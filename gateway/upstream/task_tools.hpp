#pragma once
#include <gatehouse/mcp/revision.hpp>

#include "gateway/catalog/server_lists.hpp"

namespace gatehouse::upstream {

/// Notes which tools may or have to run as tasks, and makes their definitions say what they can be for clients of 2025-11-25
/// (GB-246): for them a server with the extension has nothing but optional tasks. `for_all`: every tool may.
void settle_task_tools(catalog::ServerLists& lists, mcp::Revision server, bool for_all);

}  // namespace gatehouse::upstream
