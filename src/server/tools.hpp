#pragma once
#include <gatehouse/server/definitions.hpp>

#include "src/server/registry.hpp"

namespace gatehouse::server {

/// `tools/list` and `tools/call`.
class Tools {
 public:
  Result<void> add(const Tool& tool, ToolHandler handler);
  bool remove(std::string_view name) { return registry_.remove(name); }
  [[nodiscard]] bool was_used() const { return registry_.was_used(); }

  [[nodiscard]] mcp::Reply list(const mcp::Params& params, std::size_t page_size) {
    return registry_.page(params, "tools", page_size);
  }
  /// Errors: not_found for an unknown tool, invalid_params, or those of the handler.
  Task<mcp::Reply> call(const mcp::Call& call, Context& context);

 private:
  struct Item {
    std::string key;
    std::string definition;
    json::Value input_schema;
    ToolHandler handler;
    Needs needs;
  };
  Registry<Item> registry_;
};

}  // namespace gatehouse::server
