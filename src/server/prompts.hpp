#pragma once
#include <vector>

#include <gatehouse/server/definitions.hpp>

#include "src/server/registry.hpp"

namespace gatehouse::server {

/// `prompts/list` and `prompts/get`.
class Prompts {
 public:
  Result<void> add(const Prompt& prompt, PromptHandler handler);
  bool remove(std::string_view name) { return registry_.remove(name); }
  [[nodiscard]] bool was_used() const { return registry_.was_used(); }
  [[nodiscard]] bool has(std::string_view name) const { return registry_.find(name) != nullptr; }

  [[nodiscard]] mcp::Reply list(const mcp::Params& params, std::size_t page_size) {
    return registry_.page(params, "prompts", page_size);
  }
  /// Errors: not_found for an unknown prompt, invalid_params for missing arguments and ones that are no strings, or those of
  /// the handler.
  Task<mcp::Reply> get(const mcp::Call& call, Context& context);

 private:
  struct Item {
    std::string key;
    std::string definition;
    std::vector<std::string> required;
    PromptHandler handler;
  };
  Registry<Item> registry_;
};

}  // namespace gatehouse::server
