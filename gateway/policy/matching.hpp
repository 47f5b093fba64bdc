#pragma once
#include "gateway/policy/facts.hpp"
#include "gateway/policy/policy.hpp"

/// One rule and one question: the parts of a decision.
namespace gatehouse::policy {

/// `who` without networks, which belong to a call.
[[nodiscard]] bool matches_who(const Rule& rule, const Subject& subject);
/// Method, endpoint, server and kind of the item, everything in `what` but its name and annotations.
[[nodiscard]] bool matches_place(const Rule& rule, const Item& item);
/// The name and the annotations. Allow rules believe trusted servers only.
[[nodiscard]] bool matches_name(const Rule& rule, const Item& item, bool trusted);

/// Networks and `when`. `subject` is the resolved one.
[[nodiscard]] Truth condition(const Rule& rule, const Facts& facts);

/// How a caller stands to the needs of a rule.
struct NeedsState {
  bool can_be_met = true;
  bool can_be_unmet = false;
  Needs missing;
};
[[nodiscard]] NeedsState judge_needs(const Needs& needs, const Subject& subject, const Circumstances& circumstances);

/// What the credential itself is limited to.
[[nodiscard]] bool is_within_ceilings(const Subject& subject, const Item& item);

/// Is shown what one more scope or a stronger login would open.
[[nodiscard]] bool shows_step_up(const Policy& policy, const Subject& subject);

}  // namespace gatehouse::policy
