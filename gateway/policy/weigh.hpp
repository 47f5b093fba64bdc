#pragma once
#include <span>

#include "gateway/policy/decision.hpp"
#include "gateway/policy/matching.hpp"

namespace gatehouse::policy {

/// What happened to rules while something was decided.
class Tally {
 public:
  virtual void unknown(std::uint32_t rule) = 0;  ///< Its condition could not be judged.
  virtual void shadow(std::uint32_t rule) = 0;   ///< Would have applied.

 protected:
  ~Tally() = default;
};

/// Everything that could come out, for rules whose `who` and `what` match: `rules` are those of all layers that apply. With settled
/// circumstances it is exactly one thing, and `decision` is it.
struct Weighed {
  bool can_permit = false, can_step_up = false;
  Decision decision;  ///< Without `visible`.
};

/// The rules of one layer among those that match.
struct Candidates {
  const Layer* layer = nullptr;
  std::vector<std::uint32_t> rules;
};

[[nodiscard]] Weighed weigh(const Policy& policy, std::span<const Candidates> candidates, const Facts& facts,
                            Tally* tally = nullptr);

}  // namespace gatehouse::policy
