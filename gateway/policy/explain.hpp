#pragma once
#include <string>
#include <vector>

#include <gatehouse/mcp/principal.hpp>

#include "gateway/policy/decision.hpp"
#include "gateway/policy/facts.hpp"

/// Why somebody may or may not do something.
namespace gatehouse::policy {

/// One rule and what became of it.
struct Finding {
  const Rule* rule = nullptr;
  bool applies = false;
  std::string why;  ///< "applies", or the first thing that does not fit: "role: needs one of analyst; has guest".
};

struct Explanation {
  Decision decision;
  std::vector<Finding> findings;  ///< Of all rules, in their order; those that apply to other layers are left out.
};

[[nodiscard]] Explanation explain(const std::shared_ptr<const Policy>& policy, const mcp::Principal& principal,
                                  const Item& item, const Circumstances& circumstances);

}  // namespace gatehouse::policy
