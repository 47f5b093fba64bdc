#pragma once
#include <memory>
#include <utility>
#include <vector>

#include <gatehouse/server/definitions.hpp>

#include "src/server/prompts.hpp"
#include "src/server/resources.hpp"

namespace gatehouse::server {

/// `completion/complete`.
class Completions {
 public:
  Result<void> add(CompletionTarget target, CompletionHandler handler);
  [[nodiscard]] bool was_used() const { return !handlers_.empty(); }

  /// An argument that nothing completes has no values. Errors: not_found for a prompt or template that does not exist,
  /// invalid_params, or those of the handler.
  Task<mcp::Reply> complete(const mcp::Call& call, Context& context, const Prompts& prompts, const Resources& resources);

 private:
  std::vector<std::pair<CompletionTarget, std::shared_ptr<CompletionHandler>>> handlers_;
};

}  // namespace gatehouse::server
