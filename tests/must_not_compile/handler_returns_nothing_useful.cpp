// error: HandlerFunction|constraint|no matching|could not convert
// What a tool's handler returns has to become a ToolResult.
#include <gatehouse/server/server.hpp>

#include <vector>

using gatehouse::json::Value;
using gatehouse::server::Context;
using gatehouse::server::ToolResult;

void add(gatehouse::server::Builder& builder) {
  builder.tool("sum", "Adds.", "{}", [](Context&, const Value&) {
#ifdef GATEHOUSE_MISUSE
    return std::vector<int>{1, 2};
#else
    return ToolResult::text("3");
#endif
  });
}
