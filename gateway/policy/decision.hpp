#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "gateway/policy/policy.hpp"

namespace gatehouse::policy {

enum class Outcome : std::uint8_t { permit, step_up, deny };
[[nodiscard]] std::string_view to_string(Outcome outcome);

enum class Reason : std::uint8_t {
  rule,       ///< `Decision::rule` says so.
  otherwise,  ///< No rule applies: the default of the policy or of a layer.
  needs,      ///< The only rules that would allow it need what this caller lacks.
  ceiling,    ///< The credential is limited to other things.
  arguments,  ///< A rule looks at the arguments, and they can be read in two ways: see `Decision::note`.
};

/// May this principal do this?
struct Decision {
  Outcome outcome = Outcome::deny;
  Reason reason = Reason::otherwise;
  /// False: nothing of the answer may tell that the item exists.
  bool visible = false;
  const Rule* rule = nullptr;  ///< That decided; null for defaults and ceilings.
  Needs missing;               ///< For step_up: everything at once.
  Then then;                   ///< For permit: what all rules that permit it oblige to, together.
  std::string note;            ///< For the client, where there is more to say.
};

}  // namespace gatehouse::policy
